import { diffFields } from '../manifests/diff';
import { podTemplate } from '../manifests/checks/pods';
import type { Environment } from '../model/environment';
import type { Problem } from '../model/errors';
import type { KubeObject } from '../model/kube';
import type { RenderedFile, RenderedStage } from '../model/rendered';
import { Cache } from './cache';

/** A way in which a stage is not like the one it has to be like. */
interface Deviation {
  /** As `except` names it: `Deployment/frontend`, or `Deployment/frontend:probes`. */
  readonly what: string;
  readonly says: string;
}

/**
 * Where a stage that declares `parity` is not like the stage it names: Kubernetes version, Pod Security level, kinds and
 * names of objects, probes, and network policies. Numbers and sizes are the stage's own. Two files that were found alike
 * before are not read again.
 */
export function parityProblems(
  environments: readonly Environment[],
  stages: readonly RenderedStage[],
  cache = new Cache(),
): Problem[] {
  return environments.flatMap((environment): Problem[] => {
    const { parity } = environment.values;
    if (!parity) return [];
    const at = environment.locate(['parity', 'with']);
    const [own, other] = [environment.name, parity.with].map((name) => stages.find((s) => s.name === name));
    if (!own || !other || own === other) {
      const cause = `parity names ${JSON.stringify(parity.with)}, and there is no such other stage`;
      return [{ code: 'unknown-stage', cause, remedy: 'name another stage, or delete the line', at }];
    }
    const counts = ({ what }: Deviation): boolean => !parity.except.some((entry) => isWithin(what, entry));
    const between = (pairs: readonly Pair[]): Deviation[] =>
      objectDeviations(own, other, pairs).filter(counts);
    const isUnlike = (pair: Pair): boolean => {
      const { except } = parity;
      const key = cache.keyOf(['parity', except, own.namespaces, other.namespaces, pair.map(identityOf)]);
      if (cache.has(key)) return false;
      if (between([pair]).length > 0) return true;
      cache.put(key);
      return false;
    };
    // What one file lacks another one may have: an app that is called otherwise.
    const unlike = pairsOf(own, other).filter(isUnlike);
    return [...stageDeviations(own, other).filter(counts), ...between(unlike)].map(({ what, says }) => ({
      code: 'parity',
      cause: `stage ${own.name} is not like ${other.name}: ${says}`,
      consequence: `What is seen to work in ${own.name} need not work in ${other.name}.`,
      remedy: `make them alike, or list ${JSON.stringify(what)} under parity.except`,
      at: environment.locate(['parity']),
    }));
  });
}

/** Files of one name in two stages; undefined where a stage has none such. */
type Pair = readonly [own: RenderedFile | undefined, other: RenderedFile | undefined];

function pairsOf(own: RenderedStage, other: RenderedStage): readonly Pair[] {
  const [mine, theirs] = [own, other].map(
    ({ files, name }) => new Map(files.map((file) => [file.path.slice(name.length + 1), file])),
  ) as [Map<string, RenderedFile>, Map<string, RenderedFile>];
  return [...new Set([...mine.keys(), ...theirs.keys()])].map((path) => [mine.get(path), theirs.get(path)]);
}

const identityOf = (file: RenderedFile | undefined): unknown => file?.proven?.hash ?? file?.objects ?? null;

/** `Deployment` covers `Deployment/web`, which covers `Deployment/web:probes`. */
function isWithin(what: string, entry: string): boolean {
  return what === entry || what.startsWith(`${entry}/`) || what.startsWith(`${entry}:`);
}

function stageDeviations(own: RenderedStage, other: RenderedStage): Deviation[] {
  const found: Deviation[] = [];
  const [mine, theirs] = [own.cluster.kubernetes, other.cluster.kubernetes];
  if (mine !== theirs) found.push({ what: 'kubernetes', says: `Kubernetes ${mine} and not ${theirs}` });
  if (own.podSecurity !== other.podSecurity)
    found.push({
      what: 'podSecurity',
      says: `Pod Security ${own.podSecurity} and not ${other.podSecurity}`,
    });
  return found;
}

function objectDeviations(own: RenderedStage, other: RenderedStage, pairs: readonly Pair[]): Deviation[] {
  const ours = byName(
    own,
    pairs.map(([file]) => file),
  );
  const others = byName(
    other,
    pairs.map(([, file]) => file),
  );
  return [...new Set([...ours.keys(), ...others.keys()])].sort().flatMap((what): Deviation[] => {
    const [a, b] = [ours.get(what), others.get(what)];
    if (a === undefined) return [{ what, says: `it has no ${what}` }];
    if (b === undefined) return [{ what, says: `it has ${what} besides` }];
    return [...probes(what, a, b), ...policies(what, a, b, own, other)];
  });
}

/** Objects by kind and name; those named after their namespace count as one. */
function byName(
  { namespaces }: RenderedStage,
  files: readonly (RenderedFile | undefined)[],
): Map<string, KubeObject> {
  const objects = files.flatMap((file) => file?.objects ?? []);
  return new Map(
    objects.map((object): [string, KubeObject] => {
      const { name } = object.metadata;
      const index = namespaces.indexOf(name);
      return [`${object.kind}/${index < 0 ? name : `namespace-${index}`}`, object];
    }),
  );
}

const PROBES = ['startupProbe', 'readinessProbe', 'livenessProbe'] as const;

function probes(what: string, a: KubeObject, b: KubeObject): Deviation[] {
  const probesOf = (object: KubeObject): unknown =>
    (podTemplate(object)?.containers ?? []).map(({ name, fields }) => ({
      name,
      ...Object.fromEntries(PROBES.map((probe) => [probe, (fields as Record<string, unknown>)[probe]])),
    }));
  const [first] = diffFields(probesOf(a), probesOf(b));
  return first ? [{ what: `${what}:probes`, says: `other probes in ${what} (${first.path})` }] : [];
}

function policies(
  what: string,
  a: KubeObject,
  b: KubeObject,
  own: RenderedStage,
  other: RenderedStage,
): Deviation[] {
  if (a.kind !== 'NetworkPolicy') return [];
  const renamed = (value: unknown): unknown => {
    if (typeof value === 'string') {
      const index = own.namespaces.indexOf(value);
      return index < 0 ? value : (other.namespaces[index] ?? value);
    }
    if (Array.isArray(value)) return value.map(renamed);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, child]) => [key, renamed(child)]));
  };
  const [first] = diffFields(renamed(a['spec']), b['spec']);
  return first ? [{ what: `${what}:spec`, says: `another policy in ${what} (${first.path})` }] : [];
}

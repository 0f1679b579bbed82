import { diffFields } from '../manifests/diff';
import { podTemplate } from '../manifests/checks/pods';
import type { Environment } from '../model/environment';
import type { Problem } from '../model/errors';
import type { KubeObject } from '../model/kube';
import type { RenderedStage } from '../model/rendered';

/** A way in which a stage is not like the one it has to be like. */
interface Deviation {
  /** As `except` names it: `Deployment/frontend`, or `Deployment/frontend:probes`. */
  readonly what: string;
  readonly says: string;
}

/**
 * Where a stage that declares `parity` is not like the stage it names: Kubernetes version, Pod Security level, kinds and
 * names of objects, probes, and network policies. Numbers and sizes are the stage's own.
 */
export function parityProblems(
  environments: readonly Environment[],
  stages: readonly RenderedStage[],
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
    return deviations(own, other)
      .filter(({ what }) => !parity.except.some((entry) => isWithin(what, entry)))
      .map(({ what, says }) => ({
        code: 'parity',
        cause: `stage ${own.name} is not like ${other.name}: ${says}`,
        consequence: `What is seen to work in ${own.name} need not work in ${other.name}.`,
        remedy: `make them alike, or list ${JSON.stringify(what)} under parity.except`,
        at: environment.locate(['parity']),
      }));
  });
}

/** `Deployment` covers `Deployment/web`, which covers `Deployment/web:probes`. */
function isWithin(what: string, entry: string): boolean {
  return what === entry || what.startsWith(`${entry}/`) || what.startsWith(`${entry}:`);
}

function deviations(own: RenderedStage, other: RenderedStage): Deviation[] {
  const found: Deviation[] = [];
  const [mine, theirs] = [own.cluster.kubernetes, other.cluster.kubernetes];
  if (mine !== theirs) found.push({ what: 'kubernetes', says: `Kubernetes ${mine} and not ${theirs}` });
  if (own.podSecurity !== other.podSecurity)
    found.push({
      what: 'podSecurity',
      says: `Pod Security ${own.podSecurity} and not ${other.podSecurity}`,
    });
  const [ours, others] = [byName(own), byName(other)];
  for (const what of [...new Set([...ours.keys(), ...others.keys()])].sort()) {
    const [a, b] = [ours.get(what), others.get(what)];
    if (a === undefined) found.push({ what, says: `it has no ${what}` });
    else if (b === undefined) found.push({ what, says: `it has ${what} besides` });
    else found.push(...probes(what, a, b), ...policies(what, a, b, own, other));
  }
  return found;
}

/** Objects by kind and name; those named after their namespace count as one. */
function byName({ files, namespaces }: RenderedStage): Map<string, KubeObject> {
  const objects = files.flatMap((file) => file.objects);
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

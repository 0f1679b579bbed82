import type { App, Environment } from '../model/environment';
import type { Problem } from '../model/errors';
import { getOrSet } from '../model/maps';
import type { AppValues } from '../model/values/app-shape';
import { formatPath } from './located';

/** A host that the values of an app name, as far as it may be a Service of its cluster. */
export interface Mention {
  readonly name: string;
  readonly namespace?: string | undefined;
  /** Which value names it. */
  readonly path: string;
}

export type Mentions = readonly Mention[];

type Values = Readonly<Record<string, unknown>>;

/** The hosts in what the containers of an app are told that it does not say it calls; undefined where there is none. */
export function mentionsIn(values: AppValues): Mentions | undefined {
  const said = new Set(values.network.to);
  const found = new Map<string, Mention>();
  const look = (value: unknown, path: readonly string[]): void => {
    if (typeof value === 'string') {
      for (const host of hostsIn(value, path)) {
        const [name, namespace, svc] = host.toLowerCase().split('.');
        if (said.has(name!) || (svc !== undefined && svc !== 'svc')) continue;
        getOrSet(found, `${namespace}/${name}`, () => ({ name: name!, namespace, path: formatPath(path) }));
      }
    } else if (typeof value === 'object' && value !== null) {
      for (const [key, child] of Object.entries(value))
        look(child, Array.isArray(value) ? path : [...path, key]);
    }
  };
  const lookAt = (container: unknown, path: readonly string[]): void => {
    const { args, command, env, files } = (container ?? {}) as Values;
    look({ args, command, env, files }, path);
  };
  const { hooks, initContainers, sidecars } = values as Values;
  lookAt(values, []);
  for (const [kind, containers] of Object.entries({ hooks, initContainers, sidecars }))
    for (const [name, container] of Object.entries(containers ?? {})) lookAt(container, [kind, name]);
  return found.size === 0 ? undefined : [...found.values()];
}

// A password may have an @, too.
const AFTER_SCHEME = /(?:[^\s/?#"'`]{0,500}@)?([a-z0-9][-a-z0-9.]{0,252})/iy;
/** What follows is the name of a bucket, a trust domain or a folder. */
const NO_HOST = /\b(?:s3[an]?|gs|file|spiffe)$/i;
const WITH_PORT = /^([a-z0-9][-a-z0-9.]{0,252}):\d{2,5}(?:\/.*)?$/i;
const OF_CLUSTER = /^[-a-z0-9]+\.[-a-z0-9]+\.svc(?:\.[-a-z0-9.]+)?$/i;
const NAME = /^[a-z0-9][-a-z0-9.]{0,252}$/i;
const NAMES_A_HOST = /(?:host|hostname|addr|address|server|endpoint)s?$/i;

/** `http://backend/x` anywhere; `cache:6379` as a word of its own; `cache` where its key says that it is a host. */
function hostsIn(text: string, path: readonly string[]): readonly string[] {
  const hosts: string[] = [];
  for (let at = text.indexOf('://'); at >= 0; at = text.indexOf('://', at + 3)) {
    if (NO_HOST.test(text.slice(Math.max(0, at - 8), at))) continue;
    AFTER_SCHEME.lastIndex = at + 3;
    const host = AFTER_SCHEME.exec(text)?.[1];
    if (host !== undefined) hosts.push(host);
  }
  if (path.includes('files') || text.length > 1000) return hosts;
  for (const word of text.split(/[\s,;=]+/)) {
    const host = WITH_PORT.exec(word)?.[1] ?? OF_CLUSTER.exec(word)?.[0];
    if (host !== undefined) hosts.push(host);
    else if (NAME.test(word) && NAMES_A_HOST.test(path.at(-1)!)) hosts.push(word);
  }
  return hosts;
}

/** What has no Service: nobody can call it. */
const UNSERVED: ReadonlySet<string> = new Set(['worker', 'job', 'cronjob']);

/**
 * Warns of an app that names another one of its stage by its host, and does not say that it calls it: the network
 * policies let nothing through but what is said. What stages inherit is told once.
 *
 * @param mentionsOf finds the hosts that the apps of a stage name, if any
 */
export function undeclaredCalls(
  environments: readonly Environment[],
  mentionsOf: (environment: Environment, found: Map<string, Mentions>) => void,
): readonly Problem[] {
  const told = new Map<string, Problem>();
  for (const environment of environments) {
    const mentions = new Map<string, Mentions>();
    mentionsOf(environment, mentions);
    for (const problem of callsOf(environment, mentions))
      told.set(`${problem.cause} ${problem.at?.file}`, problem);
  }
  return [...told.values()];
}

function callsOf(
  { apps, cluster }: Environment,
  mentions: ReadonlyMap<string, Mentions>,
): readonly Problem[] {
  if (mentions.size === 0 || cluster.openNetwork !== undefined) return [];
  const services = new Map<string, App>();
  for (const app of apps) if (!UNSERVED.has(app.kind)) services.set(app.objectName, app);
  const problems: Problem[] = [];
  for (const app of apps) {
    const missing = new Map<App, Mention>();
    for (const mention of mentions.get(app.name) ?? []) {
      const other = serviceOf(services, mention.name);
      if (!other || other === app || other.namespace !== (mention.namespace ?? app.namespace)) continue;
      if (!app.calls.some(({ name }) => name === other.name)) getOrSet(missing, other, () => mention);
    }
    for (const [{ name, namespace }, { path }] of missing) {
      if (app.values.network.toNamespaces.includes(namespace)) continue;
      problems.push({
        code: 'undeclared-call',
        cause: `${path} of ${app.name} names "${name}", and its network.to does not: network policies deny such calls`,
        at: app.locate([]),
      });
    }
  }
  return problems;
}

/** The app of a Service; those of a class are called after it, and after one of its components. */
function serviceOf(services: ReadonlyMap<string, App>, name: string): App | undefined {
  const exact = services.get(name);
  if (exact) return exact;
  for (let end = name.lastIndexOf('-'); end > 0; end = name.lastIndexOf('-', end - 1)) {
    const app = services.get(name.slice(0, end));
    if (app?.kind === 'class') return app;
  }
  return undefined;
}

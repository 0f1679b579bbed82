import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { KubeObject } from '../../src/model/kube';
import { flatten, type Facts } from '../support/flatten';
import { renderSample } from '../support/sample';
import { DIFFERENCES, NAMES } from './podinfo-differences';

interface UpstreamObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly facts: Facts;
}
const upstream = (
  JSON.parse(readFileSync(join(__dirname, '../golden/podinfo-upstream.json'), 'utf8')) as {
    objects: UpstreamObject[];
  }
).objects;
const ours = renderSample('prod');
const title = ({ kind, name }: UpstreamObject): string => `${kind}/${name}`;

const used = new Set<string>();
const reasonFor = (object: string, path: string): string | undefined => {
  const found = Object.entries(DIFFERENCES).find(([pattern]) => {
    const [objects, paths] = pattern.split(' ') as [string, string];
    return matches(objects, object) && matches(paths, path);
  });
  if (found) used.add(found[0]);
  return found?.[1];
};

/** What an object of upstream has that ours has not, for no reason that is listed. */
function lostOf(object: UpstreamObject, mine: KubeObject | undefined): string[] {
  const facts = flatten(mine);
  return Object.entries(object.facts)
    .filter(([path, value]) => path !== '' && !same(value, facts[path]))
    .filter(([path]) => reasonFor(title(object), path) === undefined)
    .map(([path, value]) => `${path}: ${JSON.stringify(value)} became ${JSON.stringify(facts[path])}`);
}

const nameOf = (object: UpstreamObject): string => NAMES[title(object)] ?? title(object);
const oursOf = (object: UpstreamObject): KubeObject | undefined =>
  ours.find(({ kind, metadata }) => `${kind}/${metadata.name}` === nameOf(object));

describe('what upstream deploys of podinfo, found again in prod', () => {
  test('upstream has 25 objects', () => expect(upstream).toHaveLength(25));

  test.each(upstream.map((object) => [title(object), object] as const))('%s', (_, object) => {
    const mine = oursOf(object);
    expect(mine && `${mine.kind}/${mine.metadata.name}`).toBe(nameOf(object));
    expect(lostOf(object, mine)).toEqual([]);
  });

  test('every script that a job runs is mounted, and may be executed', () => {
    const scripts = ours
      .filter(({ kind }) => kind === 'CronJob')
      .flatMap((job) =>
        podsOf(job).flatMap((pod) => scriptsOf(pod).map((found) => [job.metadata.name, ...found])),
      );
    expect(scripts).toEqual([
      ['backup-daily', '/scripts/backup.sh', 0o755],
      ['rollup-daily', '/scripts/rollup.sh', 0o755],
      ['rollup-weekly', '/scripts/rollup.sh', 0o755],
      ['warm-cache', '/scripts/warm-cache-init.sh', 0o755],
      ['warm-cache', '/scripts/warm-cache.sh', 0o755],
    ]);
  });

  test('every difference that is listed is one', () => {
    for (const object of upstream) lostOf(object, oursOf(object));
    expect(Object.keys(DIFFERENCES).filter((pattern) => !used.has(pattern))).toEqual([]);
  });
});

interface Pod {
  readonly initContainers?: readonly Container[];
  readonly containers: readonly Container[];
  readonly volumes: readonly {
    name: string;
    configMap?: { items?: readonly { key: string; path: string; mode?: number }[] };
  }[];
}
interface Container {
  readonly command: readonly string[];
  readonly volumeMounts: readonly { name: string; mountPath: string; subPath?: string }[];
}

const podsOf = (job: KubeObject): Pod[] => [
  (job['spec'] as { jobTemplate: { spec: { template: { spec: Pod } } } }).jobTemplate.spec.template.spec,
];

/** The script of each container's command, and the mode that it is mounted with. */
function scriptsOf({ initContainers = [], containers, volumes }: Pod): [string, number | undefined][] {
  return [...initContainers, ...containers].map(({ command, volumeMounts }) => {
    const script = command[1]!;
    const mount = volumeMounts.find(({ mountPath }) => mountPath === script);
    const items = volumes.find(({ name }) => name === mount?.name)?.configMap?.items;
    return [script, items?.find(({ path }) => path === mount?.subPath)?.mode];
  });
}

/** `*` stands for any characters. */
function matches(pattern: string, text: string): boolean {
  const escaped = pattern.split('*').map((part) => part.replace(/[.[\]\\^$+?(){}|/]/g, '\\$&'));
  return new RegExp(`^${escaped.join('.*')}$`).test(text);
}

/** Equal as Kubernetes sees it: `1000m` of CPU is `1`. */
function same(a: unknown, b: unknown): boolean {
  const canonical = (v: unknown): string => {
    const text = JSON.stringify(v);
    return typeof v === 'string' && /^\d+m$/.test(v)
      ? JSON.stringify(String(Number(v.slice(0, -1)) / 1000))
      : text;
  };
  return canonical(a) === canonical(b);
}

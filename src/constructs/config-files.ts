import { hash } from 'node:crypto';
import { k8s } from 'cdk8s-plus-28';
import { sortedEntries, type PodValues } from './values';

/** On the pod template: another content is another template, so that the pods are replaced. */
export const CHECKSUM = 'checksum/config';

/** The files of an app, as one ConfigMap and the mounts that put each of them in its place. */
export interface ConfigFiles {
  readonly data: Readonly<Record<string, string>>;
  readonly volume: k8s.Volume;
  readonly mounts: readonly k8s.VolumeMount[];
  readonly checksum: string;
}

interface File {
  readonly path: string;
  readonly key: string;
  readonly content: string;
  readonly mode: number;
}

/**
 * Each file is mounted by itself (`subPath`), so that the other files of its directory stay visible. Kubernetes does
 * not update such a mount in a running pod; the checksum replaces the pod instead.
 * https://kubernetes.io/docs/concepts/configuration/configmap/
 */
export function configFiles(
  configMap: string,
  volume: string,
  values: PodValues['files'],
): ConfigFiles | undefined {
  const files = readFiles(values);
  if (files.length === 0) return undefined;
  const byKey = [...files].sort((a, b) => (a.key < b.key ? -1 : 1));
  return {
    data: Object.fromEntries(byKey.map(({ key, content }) => [key, content])),
    volume: {
      name: volume,
      configMap: {
        name: configMap,
        defaultMode: 0o444,
        items: byKey.map(({ key, mode }) => ({ key, path: key, mode })),
      },
    },
    mounts: files.map(({ key, path }) => ({ name: volume, mountPath: path, subPath: key, readOnly: true })),
    checksum: hash('sha256', JSON.stringify(files.map(({ content, mode, path }) => [path, mode, content]))),
  };
}

function readFiles(values: PodValues['files']): File[] {
  const entries = sortedEntries(values);
  const bases = entries.map(([path]) => keyFor(path.slice(path.lastIndexOf('/') + 1)));
  const taken = new Set<string>();
  return entries.map(([path, file], index) => {
    const base = bases[index]!;
    const alone = bases.filter((other) => other === base).length === 1;
    const key = unique(alone ? base : keyFor(path.slice(1)), taken);
    const { content, mode } = typeof file === 'string' ? { content: file, mode: '0444' } : file;
    return { path, key, content, mode: Number.parseInt(mode, 8) };
  });
}

/** What a key of a ConfigMap may hold: letters, digits, hyphen, underscore, dot; 253 at most. */
const keyFor = (path: string): string => path.replace(/[^-._a-zA-Z0-9]/g, '-').slice(-240) || 'file';

function unique(wanted: string, taken: Set<string>): string {
  let key = wanted;
  for (let n = 2; taken.has(key); n += 1) key = `${wanted}-${n}`;
  taken.add(key);
  return key;
}

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { Capability, KubernetesVersion } from '../../model/cluster';
import { PACKAGE_ROOT } from '../../model/package-root';
import type { Definitions } from './node';

/** Kubernetes' own kinds of one version; see third_party/kubernetes. */
export interface KubernetesSchemas {
  /** The patch version that the schemas were taken from, e.g. `v1.36.3`. */
  readonly version: string;
  /** By `apiVersion/kind`: `apps/v1/Deployment`. */
  readonly kinds: Readonly<Record<string, { readonly namespaced: boolean; readonly schema: string }>>;
  readonly definitions: Definitions;
}

/** Custom resources of the projects under third_party/crds, by `apiVersion/kind`. */
export type CrdIndex = Readonly<
  Record<string, { readonly project: Capability; readonly namespaced: boolean }>
>;

// The files ship with this version of the program and never change while it runs, so each is read once.
const cache = new Map<string, unknown>();
const folder = join(PACKAGE_ROOT, 'third_party');

export function kubernetesSchemas(version: KubernetesVersion): KubernetesSchemas {
  return read(`kubernetes/${version}.json.gz`) as KubernetesSchemas;
}

export function crdIndex(): CrdIndex {
  return read('crds/index.json') as CrdIndex;
}

/** The definitions of a project; a kind's own schema goes by its `apiVersion/kind`. */
export function crdDefinitions(project: Capability): Definitions {
  return (read(`crds/${project}.json.gz`) as { definitions: Definitions }).definitions;
}

function read(file: string): unknown {
  let data = cache.get(file);
  if (data === undefined) {
    const bytes = readFileSync(join(folder, file));
    data = JSON.parse((file.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8'));
    cache.set(file, data);
  }
  return data;
}

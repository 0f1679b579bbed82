import { deliveryFiles, type KindsByStage } from '../../src/delivery';
import {
  repositorySchema,
  resolveEnvironment,
  stageSchema,
  type Repository,
  type StageValues,
} from '../../src/model/environment';
import type { KubeObject } from '../../src/model/kube';

export const APP = {
  kind: 'worker',
  image: 'registry.example/app:1.0.0',
  resources: { requests: { cpu: '10m', memory: '16Mi' }, limits: { memory: '16Mi' } },
};

/** A line dev → staging → prod on one cluster, one app in each; `stages` is laid over it. */
export function repositoryOf(
  stages: Record<string, object> = {},
  base: { repository?: object; delivery?: object; clusters?: object } = {},
): Repository {
  const values = repositorySchema.parse({
    project: 'shop',
    repository: { url: 'https://git.example/shop.git', ...base.repository },
    clusters: base.clusters ?? { main: { kubernetes: '1.34' } },
    delivery: base.delivery,
  });
  const line: Record<string, object> = {
    dev: { ...stages['dev'] },
    staging: { promotesFrom: 'dev', ...stages['staging'] },
    prod: { promotesFrom: 'staging', ...stages['prod'] },
  };
  for (const [name, more] of Object.entries(stages)) line[name] ??= more;
  const environments = Object.entries(line).map(([name, own]) => {
    const parsed = stageSchema([]).parse({ cluster: 'main', apps: { web: APP }, ...own }) as StageValues;
    return resolveEnvironment({
      name,
      project: 'shop',
      cluster: { ...values.clusters[parsed.cluster]!, name: parsed.cluster },
      values: parsed,
    });
  });
  return { values, environments, warnings: [] };
}

export const NAMESPACE_ONLY: KindsByStage = new Map(
  ['dev', 'staging', 'prod'].map((stage) => [
    stage,
    { clusterScoped: [{ group: '', kind: 'Namespace' }], objects: 5 },
  ]),
);

/** The object of that kind and name in the files of dist/argocd/. */
export function emitted(repository: Repository, kind: string, name: string): KubeObject {
  const objects = deliveryFiles(repository, NAMESPACE_ONLY).flatMap((file) => file.objects);
  const found = objects.filter((object) => object.kind === kind && object.metadata.name === name);
  if (found.length !== 1) throw new Error(`${found.length} of ${kind} ${name}`);
  return found[0]!;
}

/** The spec of an Application, as far as tests look at it. */
export interface ApplicationSpec {
  readonly project: string;
  readonly source: {
    readonly repoURL: string;
    readonly targetRevision: string;
    readonly path: string;
    readonly directory: Record<string, unknown>;
  };
  readonly destination: Record<string, string>;
  readonly syncPolicy: {
    readonly automated?: Record<string, boolean>;
    readonly syncOptions: string[];
    readonly retry: Record<string, unknown>;
  };
  readonly ignoreDifferences?: object[];
}

export function applicationSpec(repository: Repository, name: string): ApplicationSpec {
  return emitted(repository, 'Application', name)['spec'] as ApplicationSpec;
}

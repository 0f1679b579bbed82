import { checkStages } from '../manifests/checks';
import { createValidator, type SchemaValidator } from '../manifests/schema/validator';
import { clusterIdentity, type Cluster } from '../model/cluster';
import { describeObject, type KubeObject } from '../model/kube';
import { getOrSet } from '../model/maps';
import type { Problem } from '../model/errors';
import type { RenderedFile, RenderedStage } from '../model/rendered';

/**
 * Everything that must hold before anything is written: each object against the schema of its cluster's version, and
 * all stages together against the named rules.
 */
export function check(stages: readonly RenderedStage[], delivery: readonly RenderedFile[]): Problem[] {
  // A definition holds for its whole cluster: one stage renders it, and all stages there use it.
  const definitions = new Map<string, KubeObject[]>();
  for (const { cluster, files } of stages) {
    const here = getOrSet(definitions, clusterIdentity(cluster), () => []);
    here.push(...files.flatMap(({ objects }) => objects.filter(isDefinition)));
  }
  const validators = new Map<string, SchemaValidator>();
  const validatorOf = (cluster: Cluster): SchemaValidator => {
    const id = clusterIdentity(cluster);
    const crds = definitions.get(id) ?? [];
    // Clusters of one version that define nothing share a validator, and with it the schemas it has loaded.
    const key = crds.length === 0 ? cluster.kubernetes : `${cluster.kubernetes} ${id}`;
    return getOrSet(validators, key, () => createValidator(cluster.kubernetes, crds));
  };
  // What is proven fits the schemas of Kubernetes; definitions of the input win over those.
  const unproven = ({ cluster, files }: RenderedStage): readonly RenderedFile[] =>
    (definitions.get(clusterIdentity(cluster)) ?? []).length > 0 ? files : files.filter((f) => !f.proven);
  const hub = stages[0] && validatorOf(stages[0].cluster);
  return [
    ...stages.flatMap((stage) => validate(unproven(stage), validatorOf(stage.cluster))),
    ...(hub ? validate(delivery, hub) : []),
    ...checkStages(stages, (apiVersion, kind, cluster) => validatorOf(cluster).scope(apiVersion, kind)),
  ];
}

const isDefinition = ({ kind }: KubeObject): boolean => kind === 'CustomResourceDefinition';

function validate(files: readonly RenderedFile[], validator: SchemaValidator): Problem[] {
  return files.flatMap(({ objects, at }) =>
    objects.flatMap((object) =>
      validator.validate(object).map(({ path, message, nearest }): Problem => ({
        code: 'schema',
        cause: `${describeObject(object)}: ${message}${path === '' ? '' : `, at ${path}`}`,
        consequence: 'The API server would refuse it, or drop the field without a word.',
        remedy: nearest === undefined ? undefined : `Did you mean "${nearest}"?`,
        at,
      })),
    ),
  );
}

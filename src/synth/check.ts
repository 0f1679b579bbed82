import { checkStages } from '../manifests/checks';
import { createValidator, type SchemaValidator } from '../manifests/schema/validator';
import type { KubernetesVersion } from '../model/cluster';
import { describeObject, type KubeObject } from '../model/kube';
import type { Problem } from '../model/errors';
import type { RenderedFile, RenderedStage } from '../model/rendered';

/** A stage that renders more than this is about to outgrow one Application: Argo CD issue 14486, and 10 MB a folder. */
const MANY_OBJECTS = 1500;

/**
 * Everything that must hold before anything is written: each object against the schema of its cluster's version, and
 * all stages together against the named rules.
 */
export function check(stages: readonly RenderedStage[], delivery: readonly RenderedFile[]): Problem[] {
  const validators = new Map<string, SchemaValidator>();
  const validatorOf = (version: KubernetesVersion, crds: readonly KubeObject[] = []): SchemaValidator => {
    const key = crds.length === 0 ? version : `${version} ${crds.map(describeObject).join()}`;
    const validator = validators.get(key) ?? createValidator(version, crds);
    validators.set(key, validator);
    return validator;
  };
  const byStage = new Map(
    stages.map((stage) => {
      const objects = stage.files.flatMap((file) => file.objects);
      const crds = objects.filter(({ kind }) => kind === 'CustomResourceDefinition');
      return [stage.name, validatorOf(stage.cluster.kubernetes, crds)];
    }),
  );
  const hub = stages[0] && validatorOf(stages[0].cluster.kubernetes);
  return [
    ...stages.flatMap(({ name, files }) => validate(files, byStage.get(name)!)),
    ...(hub ? validate(delivery, hub) : []),
    ...checkStages(stages, (apiVersion, kind, cluster) => {
      const here = stages.filter((stage) => stage.cluster.server === cluster.server);
      for (const { name } of here) {
        const scope = byStage.get(name)!.scope(apiVersion, kind);
        if (scope) return scope;
      }
      return undefined;
    }),
  ];
}

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

/** What works today and will not for long. */
export function warnings(stages: readonly RenderedStage[]): Problem[] {
  return stages.flatMap(({ name, files, at }): Problem[] => {
    const count = files.reduce((sum, { objects }) => sum + objects.length, 0);
    if (count < MANY_OBJECTS) return [];
    return [
      {
        code: 'many-objects',
        cause: `stage ${name} has ${count} objects`,
        consequence: 'One Argo CD Application carries about 3,000; syncs become slow well before that.',
        remedy: 'Set "applications: perApp" under delivery in environments/base.yaml.',
        at,
      },
    ];
  });
}

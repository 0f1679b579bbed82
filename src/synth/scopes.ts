import { createValidator, type SchemaValidator } from '../manifests/schema/validator';
import { clusterIdentity, type Cluster } from '../model/cluster';
import type { App, Repository } from '../model/environment';
import { UserError } from '../model/errors';
import { isDefinition, type KubeObject } from '../model/kube';

/**
 * Which kinds live in a namespace, on each cluster: as its version says, and the definitions in every folder of
 * manifests that a stage there renders. Folders are read when somebody asks.
 */
export function clusterScopes(
  { environments }: Repository,
  manifests: (app: App) => readonly KubeObject[],
): (cluster: Cluster) => SchemaValidator['scope'] {
  const validators = new Map<string, SchemaValidator>();
  return (cluster) => (apiVersion, kind) => {
    const id = clusterIdentity(cluster);
    const validator =
      validators.get(id) ?? createValidator(cluster.kubernetes, definitionsOn(id, environments, manifests));
    validators.set(id, validator);
    return validator.scope(apiVersion, kind);
  };
}

function definitionsOn(
  id: string,
  environments: Repository['environments'],
  manifests: (app: App) => readonly KubeObject[],
): readonly KubeObject[] {
  const apps = environments
    .filter(({ cluster }) => clusterIdentity(cluster) === id)
    .flatMap((environment) => environment.apps.filter(({ kind }) => kind === 'manifests'));
  const objects = apps.flatMap((app) => {
    try {
      return manifests(app);
    } catch (error) {
      // Told where the app itself is rendered.
      if (error instanceof UserError) return [];
      throw error;
    }
  });
  return objects.filter(isDefinition);
}

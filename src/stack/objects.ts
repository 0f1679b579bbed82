import * as k8s from '@pulumi/kubernetes';
import type * as pulumi from '@pulumi/pulumi';
import type { KubeObject } from '../model/kube';

/**
 * What Pulumi calls an object: made of what the object is called in the cluster, so that no change of this program
 * renames a resource and thereby replaces it.
 */
export function logicalName(object: {
  readonly kind: string;
  readonly metadata: { readonly name: string };
}): string {
  return `${object.kind.toLowerCase()}-${object.metadata.name}`;
}

/** Creates one object of the delivery model, exactly as it is. */
export function createObject(object: KubeObject, opts: pulumi.CustomResourceOptions): pulumi.CustomResource {
  const name = logicalName(object);
  // Inputs are plain data; Pulumi's types would have each list and map be mutable.
  const { apiVersion, kind, ...rest } = structuredClone(object) as { apiVersion: string; kind: string };
  if (apiVersion === 'v1' && kind === 'ConfigMap') return new k8s.core.v1.ConfigMap(name, rest, opts);
  return new k8s.apiextensions.CustomResource(name, { apiVersion, kind, ...rest }, opts);
}

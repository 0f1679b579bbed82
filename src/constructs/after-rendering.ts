import type { ApiObject } from 'cdk8s';
import type { KubeResource, Transform } from './kube-resource';
import type { KubeObject } from '../model/kube';

/**
 * Changes what an object renders to, at the very end. The typed classes of cdk8s-plus-28 drop every field that
 * Kubernetes 1.28 did not have, those of `addJsonPatch` included; what is done here stays.
 */
export function afterRendering(object: ApiObject | KubeResource, transform: Transform): void {
  if ('transforms' in object && !Object.hasOwn(object, 'toJson')) {
    object.transforms.push(transform);
    return;
  }
  const before = object.toJson.bind(object) as () => KubeObject;
  object.toJson = () => transform(before());
}

import type { ApiObject } from 'cdk8s';
import type { KubeObject } from '../model/kube';

/**
 * Changes what an object renders to, at the very end. The typed classes of cdk8s-plus-28 drop every field that
 * Kubernetes 1.28 did not have, those of `addJsonPatch` included; what is done here stays.
 */
export function afterRendering(object: ApiObject, transform: (rendered: KubeObject) => KubeObject): void {
  const before = object.toJson.bind(object) as () => KubeObject;
  object.toJson = () => transform(before());
}

import { KUBERNETES_VERSIONS, type KubernetesVersion } from '../model/cluster';

/** Whether a cluster runs this minor version or a later one. */
export const atLeast = (version: KubernetesVersion, wanted: KubernetesVersion): boolean =>
  KUBERNETES_VERSIONS.indexOf(version) >= KUBERNETES_VERSIONS.indexOf(wanted);

export { applicationsByCluster } from './application';
export { applicationNames } from './application-set';
export {
  clusterKinds,
  kindsOf,
  deliveries,
  deliveryFiles,
  filesByHub,
  type Delivery,
  type KindsByStage,
} from './files';
export { notificationParts } from './notifications';
export { locateBase } from './locate';
export { deliveryProblems } from './problems';
export { OIDC_SECRET } from './argocd-cm';
export type { Sizing } from './sizing';
export { resolvePolicy, type ResolvedPolicy } from './policy';
export { windowsAt, type StageWindows } from './windows-at';

/**
 * The parts of the Pulumi program, for a program of your own: `import { GitOpsBootstrap } from 'stageline/pulumi'`.
 *
 * @packageDocumentation
 */
export { ArgoCd, type ArgoCdArgs, type Installer } from './argo-cd';
export { GitOpsBootstrap, type ClusterAccess, type GitOpsBootstrapArgs } from './bootstrap';
export { loadSources, type Sources } from './load';
export { manifestSource, readManifest, type ManifestSource } from './manifest';
export { deliveries, type Delivery, type KindsByStage } from '../delivery';

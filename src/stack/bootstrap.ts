import * as k8s from '@pulumi/kubernetes';
import * as pulumi from '@pulumi/pulumi';
import type { Delivery } from '../delivery';
import { notificationParts, resolvePolicy } from '../delivery';
import type { Repository } from '../model/environment';
import type { KubeObject } from '../model/kube';
import { ArgoCd, type Installer } from './argo-cd';
import type { Component } from './installation';
import { createObject } from './objects';
import type { SecretSpec } from './secrets';

/** What a {@link GitOpsBootstrap} is made of. */
export interface GitOpsBootstrapArgs {
  readonly repository: Repository;
  /** What this Argo CD is given: one of `deliveries(repository, kinds)`. */
  readonly delivery: Delivery;
  readonly installer: Installer;
  /** @default none */
  readonly secrets?: readonly SecretSpec[];
  /**
   * Whether `pulumi destroy` refuses to touch the stages that outlive the stack.
   * @default true
   */
  readonly protect?: boolean;
  /** How to reach the cluster. */
  readonly cluster: ClusterAccess;
}

/** How to reach the cluster that Argo CD runs in. */
export interface ClusterAccess {
  /** Path or text of a kubeconfig. @default what the environment says */
  readonly kubeconfig?: pulumi.Input<string>;
  /** @default the current context */
  readonly context?: string;
}

/**
 * Argo CD, and one Application for each stage that it deploys. Where base.yaml says `delivery.owner: root`, one
 * Application that owns the others.
 *
 * @example
 * import { GitOpsBootstrap, type GitOpsBootstrapArgs } from 'stageline/pulumi';
 *
 * declare const args: GitOpsBootstrapArgs;
 * new GitOpsBootstrap('gitops', { ...args, cluster: { context: 'hub' } });
 */
export class GitOpsBootstrap extends pulumi.ComponentResource {
  readonly argoCd: ArgoCd;

  constructor(name: string, args: GitOpsBootstrapArgs, opts?: pulumi.ComponentResourceOptions) {
    const { cluster, delivery, repository } = args;
    // Replacing a provider replaces everything made with it: its identity is the cluster's name, not its kubeconfig.
    const access = { ...cluster, clusterIdentifier: delivery.hub, enableServerSideApply: true };
    // Without these two, a changed value would delete a ConfigMap or Secret and make it anew.
    const inPlace = { enableConfigMapMutable: true, enableSecretMutable: true };
    const own = new k8s.Provider(`${name}-cluster`, { ...access, ...inPlace }, { parent: opts?.parent });
    super('stageline:delivery:GitOpsBootstrap', name, {}, { ...opts, providers: [own] });
    const adopting = new k8s.Provider(
      `${name}-adopting`,
      { ...access, ...inPlace, enablePatchForce: true, upsertExistingObjects: true },
      { parent: this },
    );
    const { argocd, owner } = repository.values.delivery;
    this.argoCd = new ArgoCd(
      'argocd',
      {
        namespace: argocd.namespace,
        version: argocd.version,
        profile: argocd.profile,
        installer: args.installer,
        settings: delivery.settings,
        projects: delivery.foundation.filter(isProject),
        secrets: args.secrets ?? [],
        unused: unusedComponents(repository, delivery),
        size: delivery.size,
        monitored: delivery.monitoring.length > 0,
        adopting,
      },
      { parent: this },
    );
    const base = { parent: this, provider: adopting };
    const guard = (outlives: boolean): { protect?: boolean; retainOnDelete?: boolean } =>
      outlives ? { protect: args.protect ?? true, retainOnDelete: true } : {};
    const anyOutlives = delivery.stages.some(({ environment }) => resolvePolicy(environment).outlives);
    const stages = owner === 'pulumi' ? delivery.stages : [];
    for (const { environment, objects } of stages) {
      const options = { ...base, ...guard(resolvePolicy(environment).outlives) };
      const projects = objects
        .filter(isProject)
        .map((object) => createObject(object, { ...options, dependsOn: [...this.argoCd.ready] }));
      for (const object of objects.filter((each) => !isProject(each)))
        createObject(object, { ...options, dependsOn: [...this.argoCd.ready, ...projects] });
    }
    for (const object of delivery.foundation.filter((each) => !isProject(each)))
      createObject(object, { ...base, ...guard(anyOutlives), dependsOn: [...this.argoCd.ready] });
    for (const object of delivery.monitoring)
      createObject(object, { ...base, dependsOn: [...this.argoCd.ready] });
    this.registerOutputs({});
  }
}

const isProject = (object: KubeObject): boolean => object.kind === 'AppProject';

/** Login goes to the identity provider itself, and a stage on one cluster is a plain Application. */
function unusedComponents(repository: Repository, delivery: Delivery): Component[] {
  const stages = delivery.stages.map(({ environment }) => environment);
  const silent = Object.keys(notificationParts(repository, stages).triggers).length === 0;
  return [
    ...(stages.some(({ values }) => values.fleet !== undefined)
      ? []
      : (['applicationset-controller'] as const)),
    'dex-server',
    ...(silent ? (['notifications-controller'] as const) : []),
  ];
}

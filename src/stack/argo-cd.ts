import * as k8s from '@pulumi/kubernetes';
import * as pulumi from '@pulumi/pulumi';
import type { Sizing } from '../delivery';
import type { KubeObject } from '../model/kube';
import type { Chart } from './config';
import { helmValues } from './helm-values';
import { flagsOf, installation, type Component } from './installation';
import type { ManifestSource } from './manifest';
import { createObject, logicalName } from './objects';
import { secretValues, type SecretSpec } from './secrets';

/** What Argo CD is installed from. */
export type Installer =
  | { readonly kind: 'manifest'; readonly objects: readonly KubeObject[] }
  | { readonly kind: 'helm'; readonly chart: Chart }
  /** The manifest, where it is not at hand: only a plan can be made without it. */
  | { readonly kind: 'unread'; readonly source: ManifestSource };

/** What an {@link ArgoCd} is made of. */
export interface ArgoCdArgs {
  /** The namespace it runs in; created by this component and left behind by it. */
  readonly namespace: string;
  /** Full version, such as `3.2.6`. */
  readonly version: string;
  readonly profile: 'minimal' | 'standard' | 'ha';
  readonly installer: Installer;
  /** argocd-cm and its like; the installer's own are left out. */
  readonly settings: readonly KubeObject[];
  /** Projects that exist before Argo CD starts; it would make an open `default` project otherwise. */
  readonly projects: readonly KubeObject[];
  readonly secrets: readonly SecretSpec[];
  /** @default none */
  readonly unused?: readonly Component[];
  /** How many controllers and repo-servers there are in the profile `ha`. @default as the installer has it */
  readonly size?: Pick<Sizing, 'controllers' | 'repoServers'>;
  /** Whether Prometheus scrapes it, whatever the profile. @default false */
  readonly monitored?: boolean;
  /**
   * Creates what stays behind when the stack goes, and so may be there already: it has to have
   * `upsertExistingObjects`, and `enablePatchForce` since edits by hand would be conflicts.
   */
  readonly adopting: k8s.Provider;
}

/** Keeps what it is given to in the cluster when it leaves the stack. */
export const retain: pulumi.ResourceTransform = ({ props, opts }) => ({
  props,
  opts: { ...opts, retainOnDelete: true },
});

/**
 * Argo CD in a namespace of its own, with the settings it is given and none of the installer's.
 *
 * Its CustomResourceDefinitions and its namespace outlive the stack, since deleting them would delete every
 * Application. https://argo-cd.readthedocs.io/en/stable/operator-manual/installation/
 */
export class ArgoCd extends pulumi.ComponentResource {
  /** Resolves to what has to be there before an Application can be created. */
  readonly ready: readonly pulumi.Resource[];

  constructor(name: string, args: ArgoCdArgs, opts?: pulumi.ComponentResourceOptions) {
    super('stageline:delivery:ArgoCd', name, {}, opts);
    const { adopting, namespace } = args;
    const child = { parent: this };

    const home = new k8s.core.v1.Namespace(
      logicalName({ kind: 'Namespace', metadata: { name: namespace } }),
      { metadata: { name: namespace } },
      { ...child, provider: adopting, retainOnDelete: true },
    );
    const settings = args.settings.map((object) =>
      createObject(object, { ...child, provider: adopting, dependsOn: home }),
    );
    const secrets = args.secrets.map(
      ({ name: secret, labels, values }) =>
        new k8s.core.v1.Secret(
          logicalName({ kind: 'Secret', metadata: { name: secret } }),
          { metadata: { name: secret, namespace, labels: { ...labels } }, data: secretValues(values) },
          { ...child, dependsOn: home },
        ),
    );
    const before = [home, ...settings, ...secrets];
    const projects = (dependsOn: pulumi.Resource[]): pulumi.Resource[] =>
      args.projects.map((object) =>
        createObject(object, { ...child, provider: adopting, dependsOn, retainOnDelete: true }),
      );
    const { installer } = args;
    const installed =
      installer.kind === 'helm'
        ? this.fromChart(args, installer.chart, before, projects)
        : this.fromManifest(args, installer.kind === 'manifest' ? installer.objects : [], before, projects);
    this.ready = [...installed, ...secrets];
    this.registerOutputs({});
  }

  private fromManifest(
    args: ArgoCdArgs,
    objects: readonly KubeObject[],
    before: pulumi.Resource[],
    projects: (dependsOn: pulumi.Resource[]) => pulumi.Resource[],
  ): pulumi.Resource[] {
    const created = [
      ...args.settings.map((object) => `${object.kind}/${object.metadata.name}`),
      ...args.secrets.map((secret) => `Secret/${secret.name}`),
    ];
    const { definitions, rest } = installation(objects, {
      namespace: args.namespace,
      profile: args.profile,
      beside: new Set(created),
      unused: args.unused ?? [],
      size: args.size,
      flags: flagsOf(args.settings),
    });
    const crds = new k8s.yaml.v2.ConfigGroup(
      'argocd-crds',
      { objs: [...definitions] },
      { parent: this, provider: args.adopting, transforms: [retain] },
    );
    const early = projects([...before, crds]);
    const processes = new k8s.yaml.v2.ConfigGroup(
      'argocd',
      { objs: [...rest] },
      { parent: this, dependsOn: [...before, ...early] },
    );
    return [...early, processes];
  }

  /** The chart carries the definitions, so nothing of theirs can be created before it. */
  private fromChart(
    args: ArgoCdArgs,
    chart: Chart,
    before: pulumi.Resource[],
    projects: (dependsOn: pulumi.Resource[]) => pulumi.Resource[],
  ): pulumi.Resource[] {
    const { version, oci, path, repository } = chart;
    const local = path !== undefined;
    const release = new k8s.helm.v3.Release(
      'argocd',
      {
        name: 'argocd',
        namespace: args.namespace,
        createNamespace: false,
        chart: oci ?? path ?? 'argo-cd',
        ...(local ? {} : { version }),
        ...(local || oci !== undefined
          ? {}
          : { repositoryOpts: { repo: repository ?? 'https://argoproj.github.io/argo-helm' } }),
        values: helmValues({ ...args, unused: args.unused ?? [], flags: flagsOf(args.settings) }),
        skipAwait: true,
      },
      { parent: this, dependsOn: before },
    );
    return [release, ...projects([...before, release])];
  }
}

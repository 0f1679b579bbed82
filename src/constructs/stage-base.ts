import { ApiObject, Chart, type ApiObjectMetadata } from 'cdk8s';
import { k8s } from 'cdk8s-plus-28';
import type { Construct } from 'constructs';
import type { Environment } from '../model/environment';
import { STORE_NAME, storeAccountName } from '../model/secret-provider';
import { addKube } from './kube-resource';
import { objectLabels } from './labels';
import { policiesOf } from './policies';
import { secretStore } from './secret-objects';
import { waveAnnotation, type Wave } from './sync-waves';
import { quantitiesOf } from './values';

/** What a Namespace is annotated with, so that Argo CD never deletes it with all that is in it. */
const KEEP = { 'argocd.argoproj.io/sync-options': 'Prune=false' };

/**
 * What a stage has beside its apps: for each namespace that it owns, the Namespace itself with its Pod Security
 * level, a policy that denies all traffic which no app allows, and the quota and limits of the stage.
 *
 * @example
 * import { App } from 'cdk8s';
 * import { StageBase, type Environment } from 'stageline';
 *
 * export function base(environment: Environment): unknown[] {
 *   return new StageBase(new App(), 'stage', environment).toJson();
 * }
 */
export class StageBase extends Chart {
  constructor(scope: Construct, id: string, environment: Environment) {
    super(scope, id, {
      labels: objectLabels(environment, 'stage', environment.name),
      disableResourceNameHashes: true,
    });
    for (const namespace of environment.namespaces) this.addNamespace(environment, namespace);
  }

  private addNamespace(environment: Environment, namespace: string): void {
    const { limitRange, namespaceLabels, resourceQuota } = environment.values;
    const metadata = (name: string, wave: Wave = 'policy') => ({
      name,
      namespace,
      annotations: waveAnnotation(wave),
    });
    addKube(k8s.KubeNamespace, this, namespace, {
      metadata: {
        name: namespace,
        labels: { ...namespaceLabels, ...podSecurityLabels(environment) },
        annotations: { ...KEEP, ...waveAnnotation('namespace') },
      },
    });
    addKube(k8s.KubeNetworkPolicy, this, `${namespace}-default-deny`, {
      metadata: metadata('default-deny'),
      spec: { podSelector: {}, policyTypes: ['Ingress', 'Egress'] },
    });
    this.addSecretStore(environment, namespace, metadata);
    const { images, policies } = environment.values;
    for (const { kind, name, spec } of policies ? policiesOf(policies, images) : []) {
      new ApiObject(this, `${namespace}-policy-${name}`, {
        apiVersion: 'policies.kyverno.io/v1',
        kind,
        metadata: metadata(name),
        spec,
      });
    }
    if (resourceQuota) {
      addKube(k8s.KubeResourceQuota, this, `${namespace}-quota`, {
        metadata: metadata('stage-quota'),
        spec: { hard: quantitiesOf(resourceQuota) },
      });
    }
    if (limitRange) {
      const { default: limits, defaultRequest, max, min } = limitRange;
      addKube(k8s.KubeLimitRange, this, `${namespace}-limits`, {
        metadata: metadata('stage-limits'),
        spec: {
          limits: [
            {
              type: 'Container',
              default: limits && quantitiesOf(limits),
              defaultRequest: defaultRequest && quantitiesOf(defaultRequest),
              max: max && quantitiesOf(max),
              min: min && quantitiesOf(min),
            },
          ],
        },
      });
    }
  }

  /** The store that the secrets of a namespace come from, and the account it is read as: it can read nothing else. */
  private addSecretStore(
    environment: Environment,
    namespace: string,
    metadata: (name: string, wave?: Wave) => ApiObjectMetadata,
  ): void {
    const { secrets } = environment.values;
    if (secrets?.provider !== 'externalSecrets' || !secrets.externalSecrets) return;
    const store = secretStore(secrets.externalSecrets);
    if (!store) return;
    const { annotations } = metadata('');
    addKube(k8s.KubeServiceAccount, this, `${namespace}-secret-account`, {
      metadata: {
        ...metadata(storeAccountName),
        annotations: { ...annotations, ...store.accountAnnotations },
      },
      automountServiceAccountToken: false,
    });
    new ApiObject(this, `${namespace}-secret-store`, {
      apiVersion: 'external-secrets.io/v1',
      kind: 'SecretStore',
      metadata: metadata(STORE_NAME),
      spec: store.spec,
    });
  }
}

/** https://kubernetes.io/docs/concepts/security/pod-security-admission/ */
function podSecurityLabels({ cluster, values }: Environment): Record<string, string> {
  return Object.fromEntries(
    ['enforce', 'audit', 'warn'].flatMap((mode) => [
      [`pod-security.kubernetes.io/${mode}`, values.podSecurity],
      [`pod-security.kubernetes.io/${mode}-version`, `v${cluster.kubernetes}`],
    ]),
  );
}

import { clusterIdentity, type Capability } from '../../model/cluster';
import { groupOf, type KubeObject } from '../../model/kube';
import { dig, items, strings } from '../fields';
import { kindOf, podTemplate } from './pods';
import { CERTIFICATE_ANNOTATION } from './references/providers-of-data';
import { stageRule, type Finding, type StageView } from './rule';

/** API groups that every cluster serves. */
const BUILT_IN = new Set([
  '',
  'admissionregistration.k8s.io',
  'apiextensions.k8s.io',
  'apiregistration.k8s.io',
  'apps',
  'authentication.k8s.io',
  'authorization.k8s.io',
  'autoscaling',
  'batch',
  'certificates.k8s.io',
  'coordination.k8s.io',
  'discovery.k8s.io',
  'events.k8s.io',
  'flowcontrol.apiserver.k8s.io',
  'internal.apiserver.k8s.io',
  'networking.k8s.io',
  'node.k8s.io',
  'policy',
  'rbac.authorization.k8s.io',
  'resource.k8s.io',
  'scheduling.k8s.io',
  'storage.k8s.io',
  'storagemigration.k8s.io',
]);

const GROUPS: Readonly<Record<string, Capability>> = {
  'acme.cert-manager.io': 'cert-manager',
  'bitnami.com': 'sealed-secrets',
  'cert-manager.io': 'cert-manager',
  'eventing.keda.sh': 'keda',
  'external-secrets.io': 'external-secrets',
  'gateway.networking.k8s.io': 'gateway-api',
  'generators.external-secrets.io': 'external-secrets',
  'keda.sh': 'keda',
  'kyverno.io': 'kyverno',
  'monitoring.coreos.com': 'prometheus-operator',
  'policies.kyverno.io': 'kyverno',
};

/** argoproj.io is the group of several programs. */
const ARGO_KINDS: Readonly<Record<string, Capability>> = {
  AnalysisRun: 'argo-rollouts',
  AnalysisTemplate: 'argo-rollouts',
  AppProject: 'argo-cd',
  Application: 'argo-cd',
  ApplicationSet: 'argo-cd',
  ClusterAnalysisTemplate: 'argo-rollouts',
  Experiment: 'argo-rollouts',
  Rollout: 'argo-rollouts',
};

/** Every kind and every feature has something on the cluster that acts on it. */
export const providers = stageRule(
  'all',
  'no-provider',
  'The cluster provides every kind, and every feature, that is used.',
  function* (view, world): Iterable<Finding> {
    const { cluster } = view.stage;
    const id = clusterIdentity(cluster);
    const defined = definedKinds(world.stages.filter((s) => clusterIdentity(s.stage.cluster) === id));
    for (const entry of view.entries) {
      for (const { capability, kind, field, consequence } of needs(entry.object)) {
        if (kind !== undefined && defined.has(kind)) continue;
        if (capability !== undefined && cluster.provides.includes(capability)) continue;
        yield {
          entry,
          field,
          says: `needs ${capability ?? `the definition of ${kind}`}, which cluster "${cluster.name}" does not provide`,
          consequence,
          remedy:
            capability === undefined
              ? 'Render its CustomResourceDefinition with an app of kind "manifests" on the same cluster.'
              : `Once it is installed there, add "${capability}" to clusters.${cluster.name}.provides in environments/base.yaml.`,
        };
      }
    }
  },
);

interface Need {
  /** Undefined for a kind that nothing known provides. */
  readonly capability?: Capability;
  /** For a custom kind: a definition that is rendered provides it, too. */
  readonly kind?: string;
  readonly field?: string;
  readonly consequence: string;
}

function* needs(object: KubeObject): Iterable<Need> {
  const group = groupOf(object.apiVersion);
  if (!BUILT_IN.has(group)) {
    yield {
      capability: capabilityOf(group, object.kind),
      kind: kindOf(object),
      consequence: 'The API server would refuse the object: it does not know the kind.',
    };
  }
  yield* needsOfKind(object);
  if (items(dig(object, 'spec', 'volumeClaimTemplates')).length > 0) {
    const field = 'spec.volumeClaimTemplates';
    yield { capability: 'persistent-volumes', field, consequence: 'Its pods would stay pending.' };
  }
  const pod = podTemplate(object);
  for (const volume of items(pod?.spec.volumes)) {
    if (volume.ephemeral === undefined) continue;
    const field = `${pod!.path}.volumes[${String(volume.name)}].ephemeral`;
    yield { capability: 'persistent-volumes', field, consequence: 'Its pods would stay pending.' };
  }
}

function* needsOfKind(object: KubeObject): Iterable<Need> {
  switch (kindOf(object)) {
    case 'HorizontalPodAutoscaler.autoscaling':
      if (measuresResources(object)) {
        const consequence = 'It would never scale: nobody measures.';
        yield { capability: 'metrics-server', field: 'spec.metrics', consequence };
      }
      return;
    case 'Ingress.networking.k8s.io':
      yield { capability: 'ingress', consequence: 'It would exist, and nothing would answer on its host.' };
      if (strings(object.metadata.annotations).some(([key]) => CERTIFICATE_ANNOTATION.test(key))) {
        const consequence = 'Its certificate would never be issued.';
        yield { capability: 'cert-manager', field: 'metadata.annotations', consequence };
      }
      return;
    case 'NetworkPolicy.networking.k8s.io':
      yield { capability: 'network-policy', consequence: 'It would exist, and everything would stay open.' };
      return;
    case 'PersistentVolumeClaim':
      yield {
        capability: 'persistent-volumes',
        consequence: 'It would stay pending, and so would its pods.',
      };
  }
}

function capabilityOf(group: string, kind: string): Capability | undefined {
  if (group === 'argoproj.io') return ARGO_KINDS[kind];
  return GROUPS[group] ?? (group.endsWith('.toolkit.fluxcd.io') ? 'flux' : undefined);
}

function measuresResources(object: KubeObject): boolean {
  if (object.apiVersion === 'autoscaling/v1') return true;
  const metrics = items(dig(object, 'spec', 'metrics'));
  // Without metrics, the API server fills in 80 % of the CPU request.
  return metrics.length === 0 || metrics.some((m) => m.type === 'Resource' || m.type === 'ContainerResource');
}

/** Kinds, as Kind.group, whose definitions are rendered. */
function definedKinds(stages: readonly StageView[]): ReadonlySet<string> {
  return new Set(
    stages
      .flatMap((stage) => stage.of('CustomResourceDefinition.apiextensions.k8s.io'))
      .map(
        ({ object }) =>
          `${String(dig(object, 'spec', 'names', 'kind'))}.${String(dig(object, 'spec', 'group'))}`,
      ),
  );
}

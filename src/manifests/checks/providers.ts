import { clusterIdentity, type Capability } from '../../model/cluster';
import { groupOf, type KubeObject } from '../../model/kube';
import { dig, items, strings } from '../fields';
import { hasTemplate, podTemplate } from './pods';
import { CERTIFICATE_ANNOTATION } from './references/providers-of-data';
import { stageRule, type Entry, type Finding, type StageView } from './rule';

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
    // Every app has a network policy: one of them says for all what the cluster lacks.
    let isTold = cluster.openNetwork !== undefined;
    for (const entry of view.entries) {
      for (const { capability, kind, field, consequence, otherwise = '' } of needs(entry)) {
        if (capability !== undefined && cluster.provides.includes(capability)) continue;
        if (capability === 'network-policy') {
          if (isTold) continue;
          isTold = true;
        }
        if (kind !== undefined && defined.has(kind)) continue;
        yield {
          entry,
          field,
          says: `needs ${capability ?? `the definition of ${kind}`}, which cluster "${cluster.name}" does not provide`,
          consequence,
          remedy:
            capability === undefined
              ? 'Render its CustomResourceDefinition with an app of kind "manifests" on the same cluster.'
              : `Once it is installed there, add "${capability}" to clusters.${cluster.name}.provides in environments/base.yaml${otherwise}.`,
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
  /** What else can be done about it, after a full sentence without its stop. */
  readonly otherwise?: string;
}

function needs({ kind, object }: Entry): readonly Need[] {
  const group = groupOf(object.apiVersion);
  const isCustom = !BUILT_IN.has(group);
  const ofKind = NEEDS.get(kind);
  if (!isCustom && !ofKind && !hasTemplate(kind)) return NOTHING;
  const found: Need[] = ofKind ? [...ofKind(object)] : [];
  if (isCustom) {
    const consequence = 'The API server would refuse the object: it does not know the kind.';
    found.push({ capability: capabilityOf(group, object.kind), kind, consequence });
  }
  if (items(dig(object, 'spec', 'volumeClaimTemplates')).length > 0) {
    found.push({ ...VOLUMES, field: 'spec.volumeClaimTemplates' });
  }
  const pod = podTemplate(object, kind);
  for (const volume of items(pod?.spec.volumes)) {
    if (volume.ephemeral === undefined) continue;
    found.push({ ...VOLUMES, field: `${pod!.path}.volumes[${String(volume.name)}].ephemeral` });
  }
  return found;
}

const NOTHING: readonly Need[] = [];
const VOLUMES = { capability: 'persistent-volumes', consequence: 'Its pods would stay pending.' } as const;

/** What an object of one of these kinds needs, though every cluster serves it. */
const NEEDS = new Map<string, (object: KubeObject) => readonly Need[]>([
  [
    'HorizontalPodAutoscaler.autoscaling',
    (object) => {
      const consequence = 'It would never scale: nobody measures.';
      return measuresResources(object)
        ? [{ capability: 'metrics-server', field: 'spec.metrics', consequence }]
        : [];
    },
  ],
  [
    'Ingress.networking.k8s.io',
    ({ metadata }) => {
      const consequence = 'It would exist, and nothing would answer on its host.';
      const ingress: Need = { capability: 'ingress', consequence };
      if (!strings(metadata.annotations).some(([key]) => CERTIFICATE_ANNOTATION.test(key))) return [ingress];
      const field = 'metadata.annotations';
      const unissued = 'Its certificate would never be issued.';
      return [ingress, { capability: 'cert-manager', field, consequence: unissued }];
    },
  ],
  [
    'NetworkPolicy.networking.k8s.io',
    () => [
      {
        capability: 'network-policy',
        consequence: 'It would exist, as those of all apps, and everything would stay open.',
        otherwise: '; if that may be so, say why there, as "openNetwork"',
      },
    ],
  ],
  [
    'PersistentVolumeClaim',
    () => [
      { capability: 'persistent-volumes', consequence: 'It would stay pending, and so would its pods.' },
    ],
  ],
]);

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

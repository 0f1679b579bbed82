import { k8s } from 'cdk8s-plus-28';
import type { Construct } from 'constructs';
import { groupOf, type KubeObject } from '../model/kube';
import { field, isMap, list } from './manifest-objects';
import { addKube } from './kube-resource';
import { ANY_PORT, type Endpoint } from './network-policy';

/** Which proxies published manifests are reached through, as their own Ingresses and routes say. */
export function proxiesOf(objects: readonly KubeObject[]): Pick<Endpoint, 'ingressPort' | 'routePort'> {
  const has = (group: string, kind: RegExp): boolean =>
    objects.some((object) => groupOf(object.apiVersion) === group && kind.test(object.kind));
  return {
    ...(has('networking.k8s.io', /^Ingress$/) ? { ingressPort: ANY_PORT } : {}),
    ...(has('gateway.networking.k8s.io', /Route$/) ? { routePort: ANY_PORT } : {}),
  };
}

/** A Service with an address outside the cluster is called from there: its pods answer, on its ports alone. */
export function openServices(scope: Construct, prefix: string, objects: readonly KubeObject[]): void {
  for (const { apiVersion, kind, metadata, spec } of objects) {
    const type = field(spec, 'type');
    if (apiVersion !== 'v1' || kind !== 'Service' || (type !== 'LoadBalancer' && type !== 'NodePort'))
      continue;
    const selector = field(spec, 'selector');
    if (!isMap(selector)) continue;
    const ports = list(field(spec, 'ports')).map(({ port, protocol, targetPort }) => ({
      port: targetPort ?? port,
      protocol: protocol ?? 'TCP',
    }));
    addKube(k8s.KubeNetworkPolicy, scope, `open-${metadata.name}`, {
      metadata: { name: `${prefix}-${metadata.name}` },
      spec: {
        podSelector: { matchLabels: { ...selector } },
        policyTypes: ['Ingress'],
        ingress: [{ ports }],
      } as never,
    });
  }
}

import type { ApiObjectMetadata } from 'cdk8s';
import { k8s } from 'cdk8s-plus-28';
import type { Construct } from 'constructs';
import type { BaseApp } from './base-app';
import { addKube, KubeResource } from './kube-resource';
import type { Pod } from './pod';
import { servicePort } from './service';
import { appProblem, type ServiceAppValues } from './values';

export interface Routed {
  readonly app: BaseApp;
  /** The Service that is behind it. */
  readonly name: string;
  readonly metadata: ApiObjectMetadata;
  readonly ports: Pod['ports'];
}

/** https://kubernetes.io/docs/concepts/services-networking/ingress/ */
export function addIngress(
  scope: Construct,
  { app, metadata, name, ports }: Routed,
  values: NonNullable<ServiceAppValues['ingress']>,
): void {
  const { ingress, name: cluster } = app.environment.cluster;
  if (!ingress) throw missing(app, 'ingress', cluster, 'className and namespace');
  servicePort(app, ports, values.port, ['ingress', 'port']);
  addKube(k8s.KubeIngress, scope, 'ingress', {
    metadata,
    spec: {
      ingressClassName: ingress.className,
      tls: values.tls && [{ hosts: [values.host], secretName: values.tls.secretName }],
      rules: [
        {
          host: values.host,
          http: {
            paths: [
              {
                path: values.path,
                pathType: 'Prefix',
                backend: { service: { name, port: { name: values.port } } },
              },
            ],
          },
        },
      ],
    },
  });
}

const HTTP_ROUTE = { apiVersion: 'gateway.networking.k8s.io/v1', kind: 'HTTPRoute' };

/** https://gateway-api.sigs.k8s.io/api-types/httproute/ */
export function addRoute(
  scope: Construct,
  { app, metadata, name, ports }: Routed,
  values: NonNullable<ServiceAppValues['route']>,
): void {
  const { gateway, name: cluster } = app.environment.cluster;
  if (!gateway) throw missing(app, 'route', cluster, 'name and namespace');
  const port = servicePort(app, ports, values.port, ['route', 'port']);
  new KubeResource(scope, 'route', HTTP_ROUTE, {
    metadata,
    spec: {
      parentRefs: [
        {
          group: 'gateway.networking.k8s.io',
          kind: 'Gateway',
          name: gateway.name,
          namespace: gateway.namespace,
        },
      ],
      hostnames: values.hostnames,
      rules: [
        {
          matches: [{ path: { type: 'PathPrefix', value: values.path } }],
          backendRefs: [{ group: '', kind: 'Service', name, port, weight: 1 }],
        },
      ],
    },
  });
}

function missing(app: BaseApp, key: 'ingress' | 'route', cluster: string, what: string) {
  const of = key === 'ingress' ? 'ingress' : 'gateway';
  return appProblem(app, [key], {
    code: `no-${of}`,
    cause: `"${app.app.name}" asks for ${key === 'ingress' ? 'an Ingress' : 'an HTTPRoute'}, and the cluster "${cluster}" has no ${of}`,
    remedy: `Add clusters.${cluster}.${of} with its ${what} to base.yaml, or write "${key}: null" in this stage.`,
  });
}

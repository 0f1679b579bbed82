import { k8s } from 'cdk8s-plus-28';
import type { Construct } from 'constructs';
import { suggest } from '../model/nearest';
import type { BaseApp } from './base-app';
import { addKube } from './kube-resource';
import type { Pod } from './pod';
import { appProblem, intOrString, type ServiceAppValues } from './values';

export interface ServiceInput {
  readonly metadata: k8s.KubeServiceProps['metadata'];
  readonly selector: Record<string, string>;
  readonly ports: Pod['ports'];
  readonly service: ServiceAppValues['service'];
}

/**
 * The Service in front of a component. It carries the ports that have a `servicePort`.
 * https://kubernetes.io/docs/concepts/services-networking/service/
 */
export function addService(scope: Construct, input: ServiceInput): void {
  const { service } = input;
  const ports = input.ports.flatMap(({ appProtocol, name, protocol, servicePort }): k8s.ServicePort[] =>
    servicePort === undefined
      ? []
      : [{ name, port: servicePort, targetPort: intOrString(name), protocol, appProtocol }],
  );
  addKube(k8s.KubeService, scope, 'service', {
    metadata: input.metadata,
    spec: {
      type: service.type,
      ...(service.headless && { clusterIP: 'None' }),
      selector: input.selector,
      ports: ports.length > 0 ? ports : undefined,
      sessionAffinity: 'None',
    },
  });
}

/** The port of a Service by its name. @throws UserError when the Service carries no such port. */
export function servicePort(
  app: BaseApp,
  ports: Pod['ports'],
  name: string,
  path: readonly string[],
): number {
  const found = ports.find((port) => port.name === name)?.servicePort;
  if (found !== undefined) return found;
  const names = ports.filter((port) => port.served).map((port) => port.name);
  throw appProblem(app, path, {
    code: 'unknown-port',
    cause: `"${name}" is none of the ports that the Service carries`,
    remedy: suggest(name, names, `Give the port "${name}" a servicePort.`),
  });
}

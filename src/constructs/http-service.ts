import type { Construct } from 'constructs';
import { serviceProps, type ServiceProps } from '../model/values/workloads';
import type { ComponentProps } from './component';
import { DeployedComponent } from './deployment';
import type { Pod } from './pod';
import { addIngress, addRoute } from './routes';
import { addService, servicePort } from './service';
import { parseProps } from './values';

/**
 * A service that answers requests, by HTTP, gRPC or any other protocol: a Deployment, the Service in front of it
 * (for the ports that have a `servicePort`), and where asked for an autoscaler, a disruption budget, an Ingress, an
 * HTTPRoute. In YAML: `kind: service`.
 *
 * @example
 * import { HttpService, type BaseApp } from 'stageline';
 *
 * export function addWeb(app: BaseApp): HttpService {
 *   return new HttpService(app, 'web', {
 *     image: 'ghcr.io/example/web:1.4.2',
 *     ports: { http: { containerPort: 8080, servicePort: 80 }, 'http-metrics': { containerPort: 9797 } },
 *     probes: {
 *       readiness: { httpGet: { path: '/readyz', port: 'http' } },
 *       liveness: { httpGet: { path: '/healthz', port: 'http' } },
 *     },
 *     resources: {
 *       requests: { cpu: '100m', memory: '64Mi' },
 *       limits: { cpu: '1', memory: '128Mi' },
 *     },
 *     autoscaling: { minReplicas: 2, maxReplicas: 6, cpuUtilization: 80 },
 *     disruptionBudget: { maxUnavailable: 1 },
 *   });
 * }
 */
export class HttpService extends DeployedComponent {
  private readonly ports: Pod['ports'];

  /** @throws UserError when a value is wrong, or when it asks for what its cluster does not have. */
  constructor(scope: Construct, id: string, props: ServiceProps & ComponentProps) {
    super(scope, id, props);
    const values = parseProps(this.app, this.name, serviceProps, props);
    const { ingress, route, service } = values;
    const pod = this.deploy(values, {
      anywhere: service.type !== 'ClusterIP',
      ingressPort: ingress?.port,
      routePort: route?.port,
    });
    this.ports = pod.ports;
    if (pod.ports.some((port) => port.served)) {
      addService(this, {
        metadata: this.metadata(this.name, { annotations: service.annotations }),
        selector: this.selector,
        ports: pod.ports,
        service,
      });
    }
    const routed = { app: this.app, name: this.name, ports: pod.ports };
    if (ingress)
      addIngress(
        this,
        { ...routed, metadata: this.metadata(this.name, { annotations: ingress.annotations }) },
        ingress,
      );
    if (route) addRoute(this, { ...routed, metadata: this.metadata(this.name) }, route);
  }

  /**
   * Where pods of the same namespace reach it, as `host:port`.
   * @throws UserError when its Service carries no port of that name.
   */
  address(port = 'http'): string {
    return `${this.name}:${servicePort(this.app, this.ports, port, ['ports'])}`;
  }
}

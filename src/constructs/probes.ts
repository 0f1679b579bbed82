import { k8s } from 'cdk8s-plus-28';
import { intOrString, type PodValues, type ProbeValues } from './values';

/** The checks of a container, with the defaults of Kubernetes written out. */
export function probesOf(
  probes: PodValues['probes'],
): Pick<k8s.Container, 'startupProbe' | 'readinessProbe' | 'livenessProbe'> {
  const { liveness, readiness, startup } = probes;
  return {
    startupProbe: startup && probeOf(startup),
    readinessProbe: readiness && probeOf(readiness),
    livenessProbe: liveness && probeOf(liveness),
  };
}

function probeOf({ exec, grpc, httpGet, tcpSocket, ...timing }: ProbeValues): k8s.Probe {
  return {
    exec,
    grpc: grpc && { port: grpc.port, service: grpc.service ?? '' },
    httpGet: httpGet && {
      path: httpGet.path,
      port: intOrString(httpGet.port),
      scheme: httpGet.scheme ?? 'HTTP',
    },
    tcpSocket: tcpSocket && { port: intOrString(tcpSocket.port) },
    initialDelaySeconds: timing.initialDelaySeconds,
    periodSeconds: timing.periodSeconds ?? 10,
    timeoutSeconds: timing.timeoutSeconds ?? 1,
    successThreshold: timing.successThreshold ?? 1,
    failureThreshold: timing.failureThreshold ?? 3,
  };
}

import type { k8s } from 'cdk8s-plus-28';
import type { BaseApp } from './base-app';
import { appProblem, intOrString, type PodValues } from './values';
import { atLeast } from './versions';

/**
 * What runs before a container is told to stop. `sleep` is newer than the types.
 * https://kubernetes.io/docs/concepts/containers/container-lifecycle-hooks/
 */
export function lifecycleOf(app: BaseApp, values: PodValues): k8s.Lifecycle | undefined {
  if (!values.preStop) return undefined;
  const { exec, httpGet, sleepSeconds } = values.preStop;
  if (sleepSeconds !== undefined) checkSleep(app, sleepSeconds, values.terminationGracePeriodSeconds);
  return {
    preStop: {
      exec,
      httpGet: httpGet && { path: httpGet.path, port: intOrString(httpGet.port), scheme: 'HTTP' },
      ...(sleepSeconds !== undefined && { sleep: { seconds: sleepSeconds } }),
    },
  };
}

function checkSleep(app: BaseApp, sleep: number, grace: number): void {
  const { kubernetes, name } = app.environment.cluster;
  if (!atLeast(kubernetes, '1.30')) {
    throw appProblem(app, ['preStop', 'sleepSeconds'], {
      code: 'kubernetes-too-old',
      cause: `preStop.sleepSeconds needs Kubernetes 1.30 or later, and the cluster "${name}" runs ${kubernetes}`,
      remedy: 'Use preStop.exec with a sleep command of the image, or preStop.httpGet.',
    });
  }
  if (sleep >= grace) {
    throw appProblem(app, ['preStop', 'sleepSeconds'], {
      code: 'sleep-exceeds-grace',
      cause: `preStop.sleepSeconds is ${sleep}, but the pod is killed after ${grace} s (terminationGracePeriodSeconds)`,
      remedy: 'Sleep for less, or raise terminationGracePeriodSeconds.',
    });
  }
}

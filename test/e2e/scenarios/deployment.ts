import type { Api } from '../harness/api';
import { until } from '../harness/wait';
import { DEPLOYMENT } from './sample';

/** What a Deployment says that people and controllers change. */
export interface DeploymentState {
  readonly uid: string;
  readonly replicas: number;
  readonly ready: number;
  /** Of its first container. */
  readonly image: string;
  readonly template: unknown;
}

export async function deployment(api: Api, namespace: string, name: string): Promise<DeploymentState> {
  const { metadata, spec, status } = await api.get(...DEPLOYMENT, name, namespace);
  const { replicas, template } = spec as {
    replicas: number;
    template: { spec: { containers: { image: string }[] } };
  };
  const { readyReplicas = 0 } = (status ?? {}) as { readyReplicas?: number };
  return {
    uid: metadata.uid!,
    replicas,
    ready: readyReplicas,
    image: template.spec.containers[0]!.image,
    template,
  };
}

/** Waits until a Deployment is as it should be, and returns it. */
export function untilDeployment(
  what: string,
  [api, namespace, name]: readonly [api: Api, namespace: string, name: string],
  fits: (state: DeploymentState) => boolean,
): Promise<DeploymentState> {
  return until(what, async () => {
    const state = await deployment(api, namespace, name);
    return fits(state) && state;
  });
}

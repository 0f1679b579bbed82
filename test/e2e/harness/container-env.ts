import { ApiError, type Api, type Live } from './api';

interface EnvVar {
  readonly name: string;
  readonly value?: string;
  readonly valueFrom?: {
    readonly configMapKeyRef?: KeyRef;
    readonly secretKeyRef?: KeyRef;
    readonly fieldRef?: { readonly fieldPath: string };
  };
}

interface KeyRef {
  readonly name: string;
  readonly key: string;
  readonly optional?: boolean;
}

/** The environment that a kubelet would give the first container of a workload: literals, ConfigMaps, Secrets. */
export async function containerEnv(api: Api, workload: Live): Promise<Record<string, string>> {
  const { template } = workload.spec as { template: { spec: { containers: { env?: EnvVar[] }[] } } };
  const found = new Map<string, Promise<Live | undefined>>();
  const data = async (kind: string, { name, key, optional }: KeyRef): Promise<string | undefined> => {
    const id = `${kind}/${name}`;
    if (!found.has(id)) found.set(id, api.find('v1', kind, name, workload.metadata.namespace));
    const value = ((await found.get(id))?.data as Record<string, string> | undefined)?.[key];
    if (value === undefined && !optional) throw new ApiError(404, `${id} has no key ${key}`);
    return value === undefined || kind === 'ConfigMap'
      ? value
      : Buffer.from(value, 'base64').toString('utf8');
  };
  const env: Record<string, string> = {};
  for (const { name, value, valueFrom } of template.spec.containers[0]?.env ?? []) {
    const resolved =
      value ??
      (valueFrom?.configMapKeyRef && (await data('ConfigMap', valueFrom.configMapKeyRef))) ??
      (valueFrom?.secretKeyRef && (await data('Secret', valueFrom.secretKeyRef)));
    if (resolved !== undefined) env[name] = resolved;
  }
  return env;
}

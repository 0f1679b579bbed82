import { createHash } from 'node:crypto';
import { k8s } from 'cdk8s-plus-28';
import { suggest } from '../model/nearest';
import type { BaseApp } from './base-app';
import { appProblem, sortedEntries, type PodValues } from './values';

/** On the pod template: another ciphertext, or another place in the store, is another template. */
export const SECRETS_CHECKSUM = 'checksum/secrets';

/** What one container sees of the secrets. */
export interface ContainerSecrets {
  readonly env: readonly k8s.EnvVar[];
  readonly mounts: readonly (k8s.VolumeMount & { readonly name: string })[];
}

/** The secrets of one pod: as its containers see them, its volumes, and what its template is annotated with. */
export interface PodSecrets {
  readonly of: (container: string | undefined) => ContainerSecrets;
  readonly volumes: readonly k8s.Volume[];
  readonly annotations: Readonly<Record<string, string>>;
}

const NONE: PodSecrets = { of: () => ({ env: [], mounts: [] }), volumes: [], annotations: {} };

/**
 * Files are mounted one by one (`subPath`), so that the other files of their directory stay visible; Kubernetes does
 * not update such a mount in a running pod. A `directory` is updated. Environment variables never are.
 * https://kubernetes.io/docs/concepts/configuration/secret/
 */
export function podSecrets(
  app: BaseApp,
  values: PodValues,
  freeName: (wanted: string) => string,
): PodSecrets {
  if (Object.keys(values.secrets).length === 0) return NONE;
  const entries = sortedEntries(values.secrets).map(([name, use]) => {
    const keys = [...new Set([...Object.values(use.env), ...Object.values(use.files), ...use.keys])].sort();
    if (keys.length === 0) {
      throw appProblem(app, ['secrets', name], {
        code: 'secret-without-key',
        cause: `the secret "${name}" names no key`,
        remedy: 'Name its keys under env, files or keys.',
      });
    }
    const secret = app.secret(name, keys, { type: use.type });
    assertContainers(app, name, use.alsoIn, values);
    return { name, use, keys, secret, volume: freeName(`secret-${name}`.slice(0, 63)) };
  });
  assertEnvOnce(app, values);
  const fingerprints = entries.flatMap(({ keys, secret }) => secret.fingerprint(keys) ?? []);
  const reloads = entries.flatMap(({ secret }) => Object.entries(secret.podAnnotations));
  const joined = new Map<string, string>();
  for (const [key, value] of reloads) joined.set(key, [joined.get(key), value].filter(Boolean).join(','));
  return {
    of: (container) => {
      const seen = entries.filter(({ use }) => container === undefined || use.alsoIn.includes(container));
      return {
        env: seen.flatMap(({ secret, use }) =>
          sortedEntries(use.env).map(([name, key]) => ({ name, valueFrom: secret.env(key) })),
        ),
        mounts: seen.flatMap(({ use, volume }) => [
          ...sortedEntries(use.files).map(([mountPath, key]) => ({
            name: volume,
            mountPath,
            subPath: key,
            readOnly: true,
          })),
          ...(use.directory === undefined
            ? []
            : [{ name: volume, mountPath: use.directory, readOnly: true }]),
        ]),
      };
    },
    volumes: entries.flatMap(({ keys, secret, use, volume }) =>
      use.directory === undefined && Object.keys(use.files).length === 0
        ? []
        : [
            {
              name: volume,
              secret: {
                secretName: secret.objectName,
                defaultMode: 0o440,
                items: keys.map((key) => ({ key, path: key })),
              },
            },
          ],
    ),
    annotations: {
      ...Object.fromEntries(joined),
      ...(fingerprints.length === 0
        ? {}
        : {
            [SECRETS_CHECKSUM]: createHash('sha256').update(JSON.stringify(fingerprints)).digest('hex'),
          }),
    },
  };
}

function assertContainers(app: BaseApp, name: string, alsoIn: readonly string[], values: PodValues): void {
  const known = [...Object.keys(values.initContainers), ...Object.keys(values.sidecars)];
  const index = alsoIn.findIndex((container) => !known.includes(container));
  if (index < 0) return;
  throw appProblem(app, ['secrets', name, 'alsoIn', index], {
    code: 'unknown-container',
    cause: `the secret "${name}" is for the container "${alsoIn[index]}", which is none of the app's`,
    remedy: suggest(alsoIn[index]!, known, 'The main container sees it anyway: delete the line.'),
  });
}

/** Of two variables of one name, the container would see the last. */
function assertEnvOnce(app: BaseApp, values: PodValues): void {
  const seen = new Map(Object.keys(values.env).map((name) => [name, 'env']));
  for (const [secret, { env }] of sortedEntries(values.secrets)) {
    for (const name of Object.keys(env)) {
      const first = seen.get(name);
      if (first !== undefined) {
        throw appProblem(app, ['secrets', secret, 'env', name], {
          code: 'env-twice',
          cause: `the variable ${name} comes from the secret "${secret}" and from ${first}`,
          remedy: 'Give one of them another name, or take it away.',
        });
      }
      seen.set(name, `the secret "${secret}"`);
    }
  }
}

import * as pulumi from '@pulumi/pulumi';
import { OIDC_SECRET } from '../delivery';
import type { ClusterCredentials, RepositoryCredentials, StackConfig } from './config';

/** A Secret that Argo CD reads. Every value in it is a secret, whatever its key. */
export interface SecretSpec {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly values: Readonly<Record<string, string>>;
}

const TYPE = 'argocd.argoproj.io/secret-type';
const PART_OF = { 'app.kubernetes.io/part-of': 'argocd' };

/** Which clusters a stack has to register: name and address. */
export type RemoteClusters = readonly { readonly name: string; readonly server: string }[];

/**
 * The Secrets that a stack creates, from its configuration alone.
 * https://argo-cd.readthedocs.io/en/stable/operator-manual/declarative-setup/
 */
export function secretSpecs(config: StackConfig, url: string, remote: RemoteClusters): SecretSpec[] {
  const { repository, clusters, oidcClientSecret, notifications } = config;
  return [
    {
      name: 'argocd-notifications-secret',
      labels: { ...PART_OF, 'app.kubernetes.io/name': 'argocd-notifications-controller' },
      values: notifications,
    },
    ...(repository === undefined ? [] : [repositorySecret(url, repository)]),
    ...(oidcClientSecret === undefined
      ? []
      : [{ name: OIDC_SECRET.name, labels: PART_OF, values: { [OIDC_SECRET.key]: oidcClientSecret } }]),
    ...remote.flatMap(({ name, server }) => clusterSecret(name, server, clusters[name])),
  ];
}

function repositorySecret(url: string, credentials: RepositoryCredentials): SecretSpec {
  const base = { type: 'git', url };
  const labels = { [TYPE]: 'repository' };
  const name = 'stageline-repository';
  if ('sshPrivateKey' in credentials) return { name, labels, values: { ...base, ...credentials } };
  if ('username' in credentials) return { name, labels, values: { ...base, ...credentials } };
  const { appID, installationID, privateKey, enterpriseBaseUrl } = credentials.githubApp;
  return {
    name,
    labels,
    values: {
      ...base,
      githubAppID: appID,
      githubAppInstallationID: installationID,
      githubAppPrivateKey: privateKey,
      ...(enterpriseBaseUrl === undefined ? {} : { githubAppEnterpriseBaseUrl: enterpriseBaseUrl }),
    },
  };
}

function clusterSecret(
  name: string,
  server: string,
  credentials: ClusterCredentials[string] | undefined,
): SecretSpec[] {
  if (credentials === undefined || credentials === 'registered') return [];
  const { caData, ...login } = credentials;
  const tlsClientConfig =
    'bearerToken' in login ? { caData } : { caData, certData: login.certData, keyData: login.keyData };
  const config = {
    ...('bearerToken' in login ? { bearerToken: login.bearerToken } : {}),
    tlsClientConfig: { insecure: false, ...tlsClientConfig },
  };
  return [
    {
      name: `stageline-cluster-${name}`,
      labels: { [TYPE]: 'cluster' },
      values: { name, server, config: JSON.stringify(config) },
    },
  ];
}

/** The values as a Secret's `data`, in Pulumi's state only as secrets. */
export function secretValues(
  values: Readonly<Record<string, string>>,
): pulumi.Output<Record<string, string>> {
  const encoded = Object.entries(values).map(([key, value]): [string, string] => [
    key,
    Buffer.from(value, 'utf8').toString('base64'),
  ]);
  return pulumi.secret(Object.fromEntries(encoded));
}

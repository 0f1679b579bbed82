import { UserError, type Problem } from '../model/errors';
import { isSecure } from './stack-file';

/** What in the structured settings is a secret by itself; the rest of them, such as `appID`, may be read by all. */
const SECRET_FIELDS = ['sshPrivateKey', 'privateKey', 'password', 'bearerToken', 'keyData'];

/**
 * Refuses secrets that stand in the file of a stack as they are: it is in Git.
 *
 * @param settings as they stand in the file
 * @throws UserError that names each of them, and quotes none
 */
export function refusePlain(settings: Readonly<Record<string, unknown>>, stack: string): void {
  const problems = plainPaths(settings).map((path): Problem => ({
    code: 'secret-in-plain',
    cause: `stageline:${path} is a secret, and stands in the file as it is`,
    consequence: 'Whoever can read the repository has it.',
    remedy: `Revoke it; then pulumi config set --secret --path 'stageline:${path}'`,
    at: { file: `Pulumi.${stack}.yaml` },
  }));
  if (problems.length > 0) throw new UserError(problems);
}

function plainPaths(settings: Readonly<Record<string, unknown>>): string[] {
  const { clusters, kubeconfig, notifications, oidcClientSecret, repository } = settings;
  return [
    ...fieldsOf(parsed(repository), 'repository'),
    ...fieldsOf(parsed(clusters), 'clusters'),
    ...(typeof kubeconfig === 'string' && kubeconfig.includes('\n') ? ['kubeconfig'] : []),
    ...(isPlain(oidcClientSecret) ? ['oidcClientSecret'] : []),
    ...Object.entries(mapOf(parsed(notifications)))
      .filter(([key, value]) => key !== 'secure' && isPlain(value))
      .map(([key]) => `notifications.${key}`),
  ];
}

function fieldsOf(value: unknown, path: string): string[] {
  return Object.entries(mapOf(value)).flatMap(([key, inner]) =>
    SECRET_FIELDS.includes(key) && isPlain(inner) ? [`${path}.${key}`] : fieldsOf(inner, `${path}.${key}`),
  );
}

const isPlain = (value: unknown): boolean => value !== undefined && value !== null && !isSecure(value);

const mapOf = (value: unknown): object => (typeof value === 'object' && value !== null ? value : {});

/** A map may stand there as JSON in a text: so does what is set without `--path`. */
function parsed(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  try {
    return JSON.parse(value) as unknown;
  } catch {
    return value;
  }
}

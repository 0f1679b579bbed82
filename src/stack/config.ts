import { z } from 'zod';
import { UserError, type Problem } from '../model/errors';

const pem = z.string().includes('PRIVATE KEY', { message: 'must be a private key in PEM form' });

/** How Argo CD proves who it is when it reads the repository. */
export const repositoryCredentials = z.union([
  z.strictObject({ sshPrivateKey: pem }),
  z.strictObject({
    githubApp: z.strictObject({
      appID: z.coerce.string().regex(/^\d+$/, 'must be a number'),
      installationID: z.coerce.string().regex(/^\d+$/, 'must be a number'),
      privateKey: pem,
      enterpriseBaseUrl: z.url({ protocol: /^https$/ }).optional(),
    }),
  }),
  z.strictObject({ username: z.string().min(1), password: z.string().min(1) }),
]);
export type RepositoryCredentials = z.output<typeof repositoryCredentials>;

/** How Argo CD gets into a cluster other than its own. */
export const clusterCredentials = z.record(
  z.string(),
  z.union([
    z.literal('registered').describe('Somebody else has registered it with this Argo CD.'),
    z.strictObject({ bearerToken: z.string().min(1), caData: z.base64() }),
    z.strictObject({ certData: z.base64(), keyData: z.base64(), caData: z.base64() }),
  ]),
);
export type ClusterCredentials = z.output<typeof clusterCredentials>;

const version = z.string().regex(/^\d+\.\d+\.\d+$/, 'must be a full version such as "9.1.0"');

/** What is set here is printed, and stands in Git. */
const noCredentials = (address: string): boolean => !/^[a-z]+:\/\/[^/]*@/i.test(address);
const CREDENTIALS = 'must not have credentials in it: it is no secret';

/** Argo CD's official Helm chart, pinned. Exactly one place it comes from. */
export const chart = z
  .strictObject({
    version,
    repository: z
      .url({ protocol: /^https?$/ })
      .refine(noCredentials, CREDENTIALS)
      .optional()
      .describe('A chart repository, or a mirror of it.'),
    oci: z
      .string()
      .startsWith('oci://')
      .refine(noCredentials, CREDENTIALS)
      .optional()
      .describe('The chart in a registry.'),
    path: z.string().min(1).optional().describe('The chart as a folder or an archive here.'),
  })
  .refine((c) => [c.repository, c.oci, c.path].filter((x) => x !== undefined).length <= 1, {
    message: 'names more than one place: repository, oci, path',
  });
export type Chart = z.output<typeof chart>;

const settings = z.strictObject({
  cluster: z.string().optional(),
  kubeconfig: z.string().optional(),
  context: z.string().optional(),
  installer: z.enum(['manifest', 'helm']).default('manifest'),
  manifest: z.string().min(1).refine(noCredentials, CREDENTIALS).optional(),
  manifestSha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/, 'must be 64 hexadecimal digits, as sha256sum prints them')
    .optional(),
  chart: chart.optional(),
  protect: z.boolean().default(true),
  repository: repositoryCredentials.optional(),
  clusters: clusterCredentials.default({}),
  oidcClientSecret: z.string().min(1).optional(),
  notifications: z.record(z.string().regex(/^[\w.-]+$/), z.string().min(1)).default({}),
});
/** What Pulumi.<stack>.yaml says, read and checked. */
export type StackConfig = z.output<typeof settings>;

/** Keys whose values are secrets: they are read as such, and none of them is ever quoted. */
export const SECRET_KEYS = ['repository', 'clusters', 'oidcClientSecret', 'notifications'] as const;
const STRUCTURED = new Set(['chart', 'protect', 'repository', 'clusters', 'notifications']);
export const CONFIG_KEYS = Object.keys(settings.shape);

/**
 * Checks what the stack is configured with.
 *
 * @param read the text of one key, as Pulumi stores it; undefined where it is not set
 * @param known every key that is set under `stageline:`, where that can be told
 * @throws UserError with every problem at once
 */
export function parseConfig(
  read: (key: string) => string | undefined,
  stack: string,
  known: readonly string[] = [],
): StackConfig {
  const at = { file: `Pulumi.${stack}.yaml` };
  const problems: Problem[] = known
    .filter((key) => !CONFIG_KEYS.includes(key))
    .map((key) => ({
      code: 'stack-config',
      cause: `stageline:${key} is no setting of this stack`,
      remedy: `Settings are: ${CONFIG_KEYS.join(', ')}.`,
      at,
    }));
  const entries = CONFIG_KEYS.flatMap((key): [string, unknown][] => {
    const text = read(key);
    if (text === undefined) return [];
    if (!STRUCTURED.has(key)) return [[key, text]];
    try {
      return [[key, JSON.parse(text) as unknown]];
    } catch {
      problems.push({
        code: 'stack-config',
        cause: `stageline:${key} is no JSON`,
        remedy:
          key === 'protect'
            ? 'It is true or false.'
            : `Set it by: pulumi config set ${isSecret(key) ? '--secret ' : ''}--path 'stageline:${key}.…'`,
        at,
      });
      return [];
    }
  });
  const parsed = settings.safeParse(Object.fromEntries(entries));
  for (const issue of parsed.error?.issues ?? []) {
    const path = issue.path.map(String);
    const key = path[0]!;
    problems.push({
      code: 'stack-config',
      cause: isSecret(key)
        ? `stageline:${key} does not have the form that it should have`
        : `stageline:${path.join('.')}: ${issue.message}`,
      remedy: isSecret(key) ? 'docs/bootstrap.md lists the forms; the value is not shown.' : undefined,
      at,
    });
  }
  if (problems.length > 0 || !parsed.success) throw new UserError(problems);
  return parsed.data;
}

function isSecret(key: string): boolean {
  return (SECRET_KEYS as readonly string[]).includes(key);
}

import { existsSync, readFileSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';
import { parse } from 'yaml';
import { UserError } from '../model/errors';

/** What is known of the machine that the stack runs on. */
export interface Machine {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

export interface Access {
  /** Path of the kubeconfig, or its text where that is what was configured. */
  readonly kubeconfig?: string;
  readonly context?: string;
}

/**
 * The kubeconfig that the stack uses: `stageline:kubeconfig`, or else what kubectl would use here.
 *
 * @throws UserError when it is not there, or has no such context
 */
export function kubeconfigOf(
  given: { readonly kubeconfig?: string; readonly context?: string },
  { cwd, env }: Machine,
): Access {
  const { kubeconfig, context } = given;
  if (kubeconfig?.includes('\n')) return checked(kubeconfig, 'stageline:kubeconfig', kubeconfig, context);
  const listed = kubeconfig ?? env['KUBECONFIG']?.split(delimiter).find((path) => path !== '');
  const home = env['HOME'] ?? env['USERPROFILE'] ?? cwd;
  const path = resolve(cwd, (listed ?? join(home, '.kube', 'config')).replace(/^~(?=\/|$)/, home));
  if (!existsSync(path)) {
    // Inside a cluster there is no file, and the provider finds the pod's own account.
    if (listed === undefined && env['KUBERNETES_SERVICE_HOST'] !== undefined) return { context };
    throw new UserError({
      code: 'kubeconfig-missing',
      cause: `there is no kubeconfig at ${listed ?? '~/.kube/config'}`,
      consequence: 'Nobody knows which cluster is meant.',
      remedy: 'pulumi config set stageline:kubeconfig <path>, or set KUBECONFIG',
    });
  }
  return checked(path, listed ?? '~/.kube/config', readFileSync(path, 'utf8'), context);
}

function checked(
  kubeconfig: string,
  name: string,
  text: string,
  context: string | undefined,
): Required<Pick<Access, 'kubeconfig'>> & Access {
  const contexts = contextsOf(text);
  if (contexts === undefined) {
    throw new UserError({
      code: 'kubeconfig-invalid',
      cause: `${name} is no kubeconfig`,
      remedy: 'kubectl config view --raw --minify prints one',
    });
  }
  if (context !== undefined && !contexts.includes(context)) {
    throw new UserError({
      code: 'kubeconfig-context',
      cause: `${name} has no context "${context}"`,
      remedy: `Contexts are: ${contexts.join(', ') || 'none'}.`,
    });
  }
  return { kubeconfig, context };
}

function contextsOf(text: string): string[] | undefined {
  try {
    const { contexts } = parse(text) as { contexts?: { name?: unknown }[] };
    return contexts?.map(({ name }) => String(name));
  } catch {
    return undefined;
  }
}

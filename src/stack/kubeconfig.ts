import { readFileSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';
import { parse } from 'yaml';
import { UserError } from '../model/errors';
import { isFile } from './is-file';

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
  if (!isFile(path)) {
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
  const found = contextsOf(text);
  if (found === undefined) {
    throw new UserError({
      code: 'kubeconfig-invalid',
      cause: `${name} is no kubeconfig`,
      remedy: 'kubectl config view --raw --minify prints one',
    });
  }
  const wanted = context ?? found.current;
  if (wanted === undefined || !found.contexts.includes(wanted)) {
    throw new UserError({
      code: 'kubeconfig-context',
      cause: wanted === undefined ? `${name} has no current context` : `${name} has no context "${wanted}"`,
      consequence: 'Nobody knows which cluster is meant.',
      remedy: `pulumi config set stageline:context <one of: ${found.contexts.join(', ') || 'none'}>`,
    });
  }
  return { kubeconfig, context };
}

function contextsOf(text: string): { contexts: string[]; current?: string } | undefined {
  try {
    const config = parse(text) as { contexts?: { name?: unknown }[]; 'current-context'?: unknown };
    const contexts = config.contexts?.map(({ name }) => String(name));
    const current = config['current-context'];
    return contexts && { contexts, ...(typeof current === 'string' && current !== '' ? { current } : {}) };
  } catch {
    return undefined;
  }
}

import type { Environment } from '../model/environment';

/** The sync policy of a stage with its defaults resolved. */
export interface ResolvedPolicy {
  readonly mode: 'auto' | 'manual';
  readonly prune: boolean;
  readonly selfHeal: boolean;
  /** Whether its workloads stay when the Application, or the stack, goes. */
  readonly outlives: boolean;
}

/** Resolves what depends on the place in the line: a first stage syncs itself and may be destroyed. */
export function resolvePolicy(environment: Environment): ResolvedPolicy {
  const { sync, outlives, promotesFrom } = environment.values;
  const first = promotesFrom === undefined;
  return {
    mode: sync.mode ?? (first ? 'auto' : 'manual'),
    prune: sync.prune ?? first,
    selfHeal: sync.selfHeal ?? first,
    outlives: outlives ?? !first,
  };
}

/**
 * The `syncPolicy` of an Application. A manual stage has no `automated` key at all: `automated: {}` means on.
 * https://argo-cd.readthedocs.io/en/stable/user-guide/auto_sync/
 */
export function syncPolicy(environment: Environment, version: string): Record<string, unknown> {
  const { sync, ignoreDifferences } = environment.values;
  const { mode, prune, selfHeal } = resolvePolicy(environment);
  const options = new Set<string>(sync.options);
  if (sync.serverSideApply) options.add('ServerSideApply=true');
  if (sync.pruneLast) options.add('PruneLast=true');
  options.add(`PrunePropagationPolicy=${sync.prunePropagation}`);
  if (ignoreDifferences.length > 0) options.add('RespectIgnoreDifferences=true');
  const automated = { prune, selfHeal, ...(sync.allowEmpty ? { allowEmpty: true } : {}) };
  return {
    ...(mode === 'auto' ? { automated: pruned(automated) } : {}),
    syncOptions: [...options].sort(),
    retry: {
      limit: sync.retry.limit,
      backoff: sync.retry.backoff,
      // Without it, a failing commit is retried while the one that mends it waits.
      ...(atLeast(version, 3, 2) ? { refresh: true } : {}),
    },
  };
}

/** Argo CD drops `false`, and what it drops would be drift; a block that ends up empty still means on. */
function pruned(automated: Record<string, boolean>): Record<string, boolean> {
  return Object.fromEntries(Object.entries(automated).filter(([, on]) => on));
}

/** Whether a full version is at least `major.minor`. */
export function atLeast(version: string, major: number, minor: number): boolean {
  const [x = 0, y = 0] = version.split('.').map(Number);
  return x > major || (x === major && y >= minor);
}

import type { ArgoCd } from './argocd';
import type { Cluster } from './cluster';
import type { Session } from './session';
import type { Workspace } from './workspace';

/** What scenarios share: they run one after the other on one cluster. */
export interface Context {
  readonly session: Session;
  readonly cluster: Cluster;
  /** The repository that Argo CD follows. */
  readonly workspace: Workspace;
  /** Set by the bootstrap. */
  argo?: ArgoCd;
}

/** A thing that must be so, shown on the API server. */
export interface Scenario {
  readonly name: string;
  /** Names of scenarios that have to pass before. */
  readonly needs?: readonly string[];
  readonly run: (context: Context) => Promise<void>;
  /** Run only with `--scale`, or when its name is asked for. */
  readonly large?: true;
  /** What the table says beside it, for what is less real than it sounds. */
  readonly note?: string;
}

/** Thrown by a scenario that cannot run here; it counts as neither passed nor failed. */
export class NotRun extends Error {}

export interface Result {
  readonly name: string;
  readonly seconds: number;
  readonly outcome: 'passed' | 'failed' | 'NOT RUN';
  readonly why?: string;
  readonly note?: string;
}

/** Argo CD, for scenarios that need the bootstrap. @throws Error when it has not run */
export function argoOf({ argo }: Context): ArgoCd {
  if (!argo) throw new Error('Argo CD is not running: the bootstrap did not pass');
  return argo;
}

/** Runs the scenarios in order and adds their results; what needs one that did not pass fails without being tried. */
export async function runScenarios(
  scenarios: readonly Scenario[],
  context: Context,
  results: Result[],
  stopAtFailure = false,
): Promise<void> {
  for (const { name, needs = [], run, note } of scenarios) {
    const start = Date.now();
    const missing = needs.filter(
      (need) => !results.some((each) => each.name === need && each.outcome === 'passed'),
    );
    const result = missing.length
      ? { outcome: 'failed' as const, why: `needs: ${missing.join(', ')}` }
      : await Promise.race([run(context), context.session.stopped]).then(
          () => ({ outcome: 'passed' as const }),
          (error: unknown) => ({
            outcome: error instanceof NotRun ? ('NOT RUN' as const) : ('failed' as const),
            why: error instanceof Error ? error.message : String(error),
          }),
        );
    const seconds = (Date.now() - start) / 1000;
    results.push({ name, seconds, ...result, ...(note === undefined ? {} : { note }) });
    context.session.log(`${result.outcome}: ${name} (${seconds.toFixed(1)} s)`);
    if (stopAtFailure && result.outcome === 'failed') return;
  }
}

/** The table at the end, what went wrong, and one line that counts. */
export function report(results: readonly Result[]): string {
  const width = Math.max(...results.map(({ name }) => name.length));
  const rows = results.map(
    ({ name, seconds, outcome, note }) =>
      `${name.padEnd(width)}  ${seconds.toFixed(1).padStart(7)}  ${outcome}${note ? `  (${note})` : ''}`,
  );
  const whys = results.flatMap(({ name, outcome, why }) =>
    why && !why.startsWith('needs: ') ? [`\n${outcome}: ${name}\n${indent(why)}`] : [],
  );
  const count = (outcome: Result['outcome']): number =>
    results.filter((each) => each.outcome === outcome).length;
  const notRun = count('NOT RUN');
  return [
    `${'scenario'.padEnd(width)}  seconds  result`,
    ...rows,
    ...whys,
    '',
    `${count('passed')} passed, ${count('failed')} failed${notRun ? `, ${notRun} skipped` : ''}`,
  ].join('\n');
}

function indent(text: string): string {
  return text.replace(/^/gm, '    ');
}

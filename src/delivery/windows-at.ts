import type { Environment } from '../model/environment';
import type { SyncWindow } from '../model/delivery/windows';
import { resolvePolicy } from './policy';
import { windowState } from './window-state';

/** Whether a stage may be synced at a moment, and why not. */
export interface StageWindows {
  readonly stage: string;
  /** Whether the controller may sync it; false for a manual stage. */
  readonly allowed: boolean;
  /** Whether an owner may sync it by hand. */
  readonly manualAllowed: boolean;
  readonly because: string;
}

/** What the windows and the sync policy of a stage say at a moment. The clock is the caller's. */
export function windowsAt(environment: Environment, time: Date): StageWindows {
  const { windows } = environment.values;
  const state = windowState(windows, time.getTime());
  const auto = resolvePolicy(environment).mode === 'auto';
  return {
    stage: environment.name,
    allowed: auto && state.allowed,
    manualAllowed: state.manualAllowed,
    because: [reason(windows, state.allowed, state.because), ...(auto ? [] : ['syncs by hand only'])].join(
      '; ',
    ),
  };
}

function reason(all: readonly SyncWindow[], allowed: boolean, deciding: readonly SyncWindow[]): string {
  if (all.length === 0) return 'no windows';
  if (allowed && deciding.length === 0) return 'no deny window is open';
  const verb = allowed || deciding[0]!.kind === 'deny' ? 'open' : 'not open';
  return `${deciding.map(describeWindow).join(', ')} ${verb}`;
}

/** `allow "0 8 * * 1-5" for 8h in Europe/Berlin (why)`. */
export function describeWindow(window: SyncWindow): string {
  const why = window.description === undefined ? '' : ` (${window.description})`;
  return `${window.kind} "${window.schedule}" for ${window.duration} in ${window.timeZone}${why}`;
}

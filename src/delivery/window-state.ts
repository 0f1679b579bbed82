import { nextFire, parseCron, type Cron } from '../model/delivery/cron';
import type { SyncWindow } from '../model/delivery/windows';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

/** Whether a stage may be synced at a moment, by the controller and by hand. */
export interface WindowState {
  readonly allowed: boolean;
  readonly manualAllowed: boolean;
  /** The windows that decide it. */
  readonly because: readonly SyncWindow[];
}

/** Milliseconds of a Go duration in hours, minutes and seconds. */
export function durationMs(duration: string): number {
  const [, h = '0', m = '0', s = '0'] = /^(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?$/.exec(duration) ?? [];
  return ((Number(h) * 60 + Number(m)) * 60 + Number(s)) * 1000;
}

/** The schedule of a window; the schema has made sure that it can be read. */
export function cronOf(window: SyncWindow): Cron {
  const cron = parseCron(window.schedule);
  if ('error' in cron) throw new Error(cron.error);
  return cron;
}

const clocks = new Map<string, Intl.DateTimeFormat>();

/** Making one takes far longer than asking it. */
function clockOf(timeZone: string): Intl.DateTimeFormat {
  const known = clocks.get(timeZone);
  if (known) return known;
  const clock = new Intl.DateTimeFormat('en-US', {
    timeZone,
    calendar: 'gregory',
    numberingSystem: 'latn',
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  clocks.set(timeZone, clock);
  return clock;
}

/** What the clocks in a time zone are ahead of UTC at a moment, in milliseconds. */
export function zoneOffset(timeZone: string, time: number): number {
  if (timeZone === 'Etc/UTC') return 0;
  const second = Math.floor(time / 1000) * 1000;
  const parts = clockOf(timeZone).formatToParts(second);
  const [year, month, day, hour, minute, sec] = ['year', 'month', 'day', 'hour', 'minute', 'second'].map(
    (type) => Number(parts.find((part) => part.type === type)!.value),
  ) as [number, number, number, number, number, number];
  return Date.UTC(year, month - 1, day, hour, minute, sec) - second;
}

/**
 * Whether a window is open, by Argo CD's own reckoning: the schedule is read on the local clock, it opens just after
 * its fire time, and one that never fires is always open.
 */
export function isOpen(window: SyncWindow, time: number): boolean {
  const local = time + zoneOffset(window.timeZone, time);
  const fire = nextFire(cronOf(window), local - durationMs(window.duration));
  return fire === undefined || fire < local;
}

/** The rules of https://argo-cd.readthedocs.io/en/stable/user-guide/sync_windows/ at one moment. */
export function windowState(windows: readonly SyncWindow[], time: number): WindowState {
  const open = windows.filter((window) => isOpen(window, time));
  const denies = open.filter((window) => window.kind === 'deny');
  if (denies.length > 0) return closedBy(denies);
  const allows = windows.filter((window) => window.kind === 'allow');
  const openAllows = open.filter((window) => window.kind === 'allow');
  if (allows.length === 0 || openAllows.length > 0)
    return { allowed: true, manualAllowed: true, because: openAllows };
  return closedBy(allows);
}

function closedBy(windows: readonly SyncWindow[]): WindowState {
  const manualAllowed = windows.every((window) => window.manualSync);
  return { allowed: false, manualAllowed, because: windows };
}

/**
 * Whether there is any moment at which the windows let a sync through. Looked for in four years, one of them a leap
 * year, at every moment at which a window opens or closes.
 */
export function everAllows(windows: readonly SyncWindow[], manual: boolean): boolean {
  const start = Date.UTC(2024, 0, 1);
  const crons = windows.map((window) => ({ window, cron: cronOf(window) }));
  const weekly = crons.every(({ cron }) => cron.days.size === 31 && cron.months.size === 12);
  const end = start + (weekly ? 8 : 1461) * DAY;
  for (let day = start; day < end; day += DAY) {
    const moments = new Set([day]);
    for (const { window, cron } of crons) for (const moment of edges(window, cron, day)) moments.add(moment);
    for (const moment of moments) {
      // One second on, since a window opens just after its fire time and closes just before its end.
      const state = windowState(windows, moment + 1000);
      if (manual ? state.manualAllowed : state.allowed) return true;
    }
  }
  return false;
}

/** The moments of a day at which a window opens or closes. */
function* edges(window: SyncWindow, cron: Cron, day: number): Generator<number> {
  const offset = zoneOffset(window.timeZone, day);
  const length = durationMs(window.duration);
  for (const shift of [0, length]) {
    const from = day + offset - shift;
    for (let fire = nextFire(cron, from - 1); fire !== undefined && fire < from + DAY;) {
      yield fire + shift - offset;
      fire = nextFire(cron, fire);
    }
  }
}

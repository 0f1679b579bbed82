/** A schedule of five fields, as sets of the numbers each stands for. */
export interface Cron {
  /** Sorted, as the hours are. */
  readonly minutes: readonly number[];
  readonly hours: readonly number[];
  readonly days: ReadonlySet<number>;
  readonly months: ReadonlySet<number>;
  readonly weekdays: ReadonlySet<number>;
  /** Whether the day of the month and the day of the week both have to match, or either. */
  readonly bothDays: boolean;
}

interface Field {
  readonly name: string;
  readonly from: number;
  readonly to: number;
  readonly names?: readonly string[];
}

const FIELDS: readonly Field[] = [
  { name: 'minute', from: 0, to: 59 },
  { name: 'hour', from: 0, to: 23 },
  { name: 'day of month', from: 1, to: 31 },
  {
    name: 'month',
    from: 1,
    to: 12,
    names: ['', 'jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'],
  },
  {
    name: 'day of week',
    from: 0,
    to: 6,
    names: ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'],
  },
];

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

/**
 * Reads a cron schedule in the dialect of Argo CD's sync windows (five fields; no `7` for Sunday, no ranges that wrap
 * around, no `@daily`), which is narrower than that of cron libraries for Node: what they accept beyond it would make
 * the AppProject invalid.
 */
export function parseCron(schedule: string): Cron | { readonly error: string } {
  const parts = schedule.trim().split(/\s+/);
  if (parts.length !== 5)
    return { error: 'must have five fields: minute, hour, day of month, month, day of week' };
  const sets = parts.map((part, i) => parseField(part, FIELDS[i]!));
  const wrong = sets.find((set) => typeof set === 'string');
  if (typeof wrong === 'string') return { error: wrong };
  const [minutes, hours, days, months, weekdays] = sets as Set<number>[] as [
    Set<number>,
    Set<number>,
    Set<number>,
    Set<number>,
    Set<number>,
  ];
  // As in crontab(5): two restricted day fields are alternatives.
  const bothDays = isStar(parts[2]!) || isStar(parts[4]!);
  return { minutes: sorted(minutes), hours: sorted(hours), days, months, weekdays, bothDays };
}

const sorted = (numbers: ReadonlySet<number>): number[] => [...numbers].sort((a, b) => a - b);
const isStar = (field: string): boolean => field.split(',').some((part) => /^\*(\/0*1)?$/.test(part));

function parseField(field: string, bounds: Field): Set<number> | string {
  const all = new Set<number>();
  const refuse = (why: string): string => `${bounds.name} "${field}" ${why}`;
  for (const part of field.split(',')) {
    const match = /^(?:(\*)|([a-z]{3}|\d{1,2})(?:-([a-z]{3}|\d{1,2}))?)(?:\/(\d{1,2}))?$/i.exec(part);
    if (!match) return refuse('must be *, a number, a range such as 1-5, a step such as */15, or a list');
    const [, star, low, high, stepText] = match;
    const start = star ? bounds.from : numberOf(low!, bounds);
    const open = star !== undefined || (high === undefined && stepText !== undefined);
    const end = open ? bounds.to : high === undefined ? start : numberOf(high, bounds);
    const step = stepText === undefined ? 1 : Number(stepText);
    if (start === undefined || end === undefined) return refuse('has a name that is no name of one');
    if (start < bounds.from || end > bounds.to)
      return refuse(`must lie between ${bounds.from} and ${bounds.to}`);
    if (start > end) return refuse('begins after it ends: write two ranges');
    if (step === 0) return refuse('has a step of 0');
    for (let n = start; n <= end; n += step) all.add(n);
  }
  return all;
}

function numberOf(word: string, bounds: Field): number | undefined {
  if (/^\d+$/.test(word)) return Number(word);
  const index = bounds.names?.indexOf(word.toLowerCase()) ?? -1;
  return index < 0 ? undefined : index;
}

/** Whether the schedule has a fire time on the day that begins at `midnight` (ms, read as UTC). */
function firesOn(cron: Cron, midnight: number): boolean {
  const date = new Date(midnight);
  if (!cron.months.has(date.getUTCMonth() + 1)) return false;
  const day = cron.days.has(date.getUTCDate());
  const weekday = cron.weekdays.has(date.getUTCDay());
  return cron.bothDays ? day && weekday : day || weekday;
}

/**
 * The first time after `after` at which the schedule fires, or undefined if there is none within the five years that
 * Argo CD looks ahead. Both are milliseconds of a clock without time zone, read as if it were UTC.
 */
export function nextFire(cron: Cron, after: number): number | undefined {
  const first = Math.floor(after / DAY) * DAY;
  const earliest = Math.floor(after / MINUTE) * MINUTE + MINUTE;
  const last = Date.UTC(new Date(after).getUTCFullYear() + 6, 0, 1);
  for (let day = first; day < last; day += DAY) {
    if (!firesOn(cron, day)) continue;
    for (const hour of cron.hours) {
      if (day + (hour + 1) * 60 * MINUTE <= earliest) continue;
      for (const minute of cron.minutes) {
        const time = day + (hour * 60 + minute) * MINUTE;
        if (time >= earliest) return time;
      }
    }
  }
  return undefined;
}

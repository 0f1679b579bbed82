import { deliveryProblems, windowsAt } from '../../src/delivery';
import { zoneOffset } from '../../src/delivery/window-state';
import { nextFire, parseCron, type Cron } from '../../src/model/delivery/cron';
import { syncWindow, windows } from '../../src/model/delivery/windows';
import reference from './cron-reference.json';
import { repositoryOf } from './fixture';

const at = (time: string): number => Date.parse(time);
const allow = (schedule: string, duration: string, more: object = {}): object => ({
  kind: 'allow',
  schedule,
  duration,
  ...more,
});
const deny = (schedule: string, duration: string, more: object = {}): object => ({
  ...allow(schedule, duration, more),
  kind: 'deny',
});

describe('a schedule', () => {
  // Each row was computed by github.com/robfig/cron/v3, which Argo CD parses and asks.
  test.each(reference as [string, string, string | null][])(
    '"%s" after %s fires when Argo CD says so',
    (schedule, after, next) => {
      const fire = nextFire(parseCron(schedule) as Cron, at(after));
      expect(fire === undefined ? null : new Date(fire).toISOString().replace(':00.000Z', 'Z')).toBe(next);
    },
  );

  test.each([
    ['* * * * 7', 'between 0 and 6'],
    ['60 * * * *', 'between 0 and 59'],
    ['* * 0 * *', 'between 1 and 31'],
    ['* * * 13 *', 'between 1 and 12'],
    ['* * * foo *', 'no name of one'],
    ['22-4 * * * *', 'begins after it ends'],
    ['*/0 * * * *', 'a step of 0'],
    ['* * * *', 'five fields'],
    ['* * * * * *', 'five fields'],
    ['@daily', 'five fields'],
    ['a * * * *', 'must be *'],
    ['1-2-3 * * * *', 'must be *'],
    ['1,,2 * * * *', 'must be *'],
  ])('"%s" is refused, as Argo CD refuses it', (schedule, why) => {
    const result = syncWindow.safeParse(allow(schedule, '1h'));
    expect(result.error?.issues.map(({ path }) => path)).toEqual([['schedule']]);
    expect(result.error?.issues[0]!.message).toContain(why);
  });

  test('never fires on a day that does not exist', () => {
    expect(nextFire(parseCron('0 0 30 2 *') as Cron, at('2024-01-01T00:00:00Z'))).toBeUndefined();
    expect(nextFire(parseCron('0 0 29 2 *') as Cron, at('2024-03-01T00:00:00Z'))).toBe(
      at('2028-02-29T00:00:00Z'),
    );
  });
});

describe('a window', () => {
  test.each(['1d', '', '0h', '8', '1h 30m', '-1h'])('does not take "%s" for a duration', (duration) => {
    expect(syncWindow.safeParse(allow('0 8 * * *', duration)).success).toBe(false);
  });

  test('has a time zone always, and one that exists', () => {
    expect(windows.parse([allow('0 8 * * *', '8h')])[0]!.timeZone).toBe('Etc/UTC');
    expect(syncWindow.safeParse(allow('0 8 * * *', '8h', { timeZone: 'Europe/Berln' })).success).toBe(false);
  });

  test('is read on the clock of its time zone, in summer and in winter', () => {
    expect(zoneOffset('Europe/Berlin', at('2026-07-01T12:00:00Z'))).toBe(7_200_000);
    expect(zoneOffset('Europe/Berlin', at('2026-01-01T12:00:00Z'))).toBe(3_600_000);
    expect(zoneOffset('America/New_York', at('2026-01-01T00:00:00Z'))).toBe(-18_000_000);
    expect(zoneOffset('Asia/Kolkata', at('2026-01-01T00:00:00Z'))).toBe(19_800_000);
  });
});

describe('windowsAt', () => {
  const prod = (list: object[], more: object = {}) =>
    repositoryOf({ prod: { windows: list, ...more } }).environments.find(({ name }) => name === 'prod')!;
  const officeHours = allow('0 8 * * 1-5', '8h', { timeZone: 'Europe/Berlin' });

  test.each([
    ['2026-07-01T06:30:00Z', true, 'Wednesday, 8:30 in Berlin'],
    ['2026-07-01T05:30:00Z', false, 'Wednesday, 7:30 in Berlin'],
    ['2026-07-01T13:59:59Z', true, 'just before 16:00'],
    ['2026-07-01T14:00:00Z', false, '16:00'],
    ['2026-07-01T06:00:00Z', false, '8:00:00 sharp: Argo CD opens just after'],
    ['2026-07-04T10:00:00Z', false, 'Saturday'],
    ['2026-01-07T07:30:00Z', true, 'Wednesday, 8:30 in Berlin, in winter'],
  ])('at %s an allow window says %s: %s', (time, manualAllowed) => {
    expect(windowsAt(prod([officeHours]), new Date(time))).toMatchObject({ stage: 'prod', manualAllowed });
  });

  test('says of a manual stage that no window lets the controller sync it', () => {
    const now = new Date('2026-07-01T06:30:00Z');
    expect(windowsAt(prod([]), now)).toEqual({
      stage: 'prod',
      allowed: false,
      manualAllowed: true,
      because: 'no windows; syncs by hand only',
    });
    expect(windowsAt(prod([], { sync: { mode: 'auto' } }), now).allowed).toBe(true);
  });

  test('lets deny beat allow, and says why', () => {
    const freeze = deny('0 0 24 12 *', '72h', { description: 'Christmas' });
    const state = windowsAt(prod([allow('* * * * *', '1h'), freeze]), new Date('2026-12-25T10:00:00Z'));
    expect(state).toMatchObject({ allowed: false, manualAllowed: false });
    expect(state.because).toContain('deny "0 0 24 12 *" for 72h in Etc/UTC (Christmas) open');
  });

  test('lets a person in only where every window that is closed to the controller does', () => {
    const open = { manualSync: true };
    const time = new Date('2026-07-05T12:00:00Z');
    expect(windowsAt(prod([{ ...officeHours, ...open }]), time).manualAllowed).toBe(true);
    expect(windowsAt(prod([officeHours, allow('0 8 1 1 *', '1h', open)]), time).manualAllowed).toBe(false);
    expect(windowsAt(prod([deny('0 0 * * *', '24h', open)]), time).manualAllowed).toBe(true);
    expect(
      windowsAt(prod([deny('0 0 * * *', '24h', open), deny('* * * * *', '1h')]), time).manualAllowed,
    ).toBe(false);
  });
});

describe('windows as problems', () => {
  const codes = (prod: object): [string, string | undefined][] =>
    deliveryProblems(repositoryOf({ prod })).map(({ code, at }): [string, string | undefined] => [
      code,
      at?.file,
    ]);

  test('a schedule that never comes up is one: Argo CD would take the window for open', () => {
    expect(codes({ windows: [deny('0 0 31 2 *', '1h')] })).toEqual([
      ['window-never-opens', 'prod.windows.0.schedule'],
    ]);
  });

  test('two equal windows are one: Argo CD refuses the project, also where manualSync differs', () => {
    const twice = [deny('0 0 * * *', '1h'), deny('0 0 * * *', '1h', { manualSync: true })];
    expect(codes({ windows: twice })).toEqual([['window-twice', 'prod.windows.1.schedule']]);
  });

  test.each([
    ['deny all day', [deny('0 0 * * *', '24h1m')]],
    ['deny every minute', [deny('* * * * *', '2m')]],
    ['an allow that lies within a deny', [allow('0 9 * * 1', '1h'), deny('0 0 * * 1', '24h')]],
    [
      'an allow within a deny of another time zone',
      [allow('0 9 * * *', '1h', { timeZone: 'Asia/Tokyo' }), deny('30 23 * * *', '2h')],
    ],
    ['a yearly allow in a yearly freeze', [allow('0 9 25 12 *', '1h'), deny('0 0 24 12 *', '72h')]],
  ])('windows that never allow a sync are one: %s', (_, list) => {
    expect(codes({ windows: list })).toEqual([['windows-never-allow', 'prod.windows']]);
  });

  test.each([
    ['office hours', [allow('0 8 * * 1-5', '8h')]],
    ['a freeze', [deny('0 0 24 12 *', '72h')]],
    ['a leap day', [allow('0 9 29 2 *', '1h')]],
    ['an hour left over', [allow('0 9 * * 1', '2h'), deny('0 10 * * 1', '24h')]],
    ['a deny by night that touches itself', [deny('0 20 * * *', '12h'), deny('0 8 * * 0,6', '12h')]],
  ])('windows that allow some sync are none: %s', (_, list) => {
    expect(codes({ windows: list })).toEqual([]);
  });

  test('manualSync counts for a stage that is synced by hand, and not for one that syncs itself', () => {
    const list = [deny('* * * * *', '2m', { manualSync: true })];
    expect(codes({ windows: list })).toEqual([]);
    expect(codes({ windows: list, sync: { mode: 'auto' } })).toEqual([
      ['windows-never-allow', 'prod.windows'],
    ]);
  });
});

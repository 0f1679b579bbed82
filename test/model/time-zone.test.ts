import { isTimeZone } from '../../src/model/time-zone';

test.each([
  'UTC',
  'Etc/UTC',
  'GMT',
  'Europe/Vienna',
  'Asia/Kolkata',
  'Asia/Calcutta',
  'US/Pacific',
  'EST5EDT',
])('%s is a time zone', (name) => expect(isTimeZone(name)).toBe(true));

test.each(['', '+01:00', '-05:00', 'Local', 'Europe/Wien', 'Mars/Olympus', ' UTC'])('"%s" is none', (name) =>
  expect(isTimeZone(name)).toBe(false),
);

test('whatever the runtime lists is one', () => {
  const listed = Intl.supportedValuesOf('timeZone');
  expect(listed.length).toBeGreaterThan(300);
  expect(listed.filter((name) => !isTimeZone(name))).toEqual([]);
});

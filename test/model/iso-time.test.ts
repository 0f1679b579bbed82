import { parseIsoTime } from '../../src/model/iso-time';

test('a time is read as ISO 8601 writes it, in UTC where it names no zone', () => {
  const iso = (text: string): string | undefined => parseIsoTime(text)?.toISOString();
  expect(iso('2026-01-31')).toBe('2026-01-31T00:00:00.000Z');
  expect(iso('2026-01-31T12:00')).toBe('2026-01-31T12:00:00.000Z');
  expect(iso('2026-01-31T12:00:01.5')).toBe('2026-01-31T12:00:01.500Z');
  expect(iso('2026-01-31T12:00:00Z')).toBe('2026-01-31T12:00:00.000Z');
  expect(iso('2026-01-31T12:00:00+09:00')).toBe('2026-01-31T03:00:00.000Z');
});

test('nothing else is taken for a time', () => {
  for (const text of [
    '',
    '12',
    '2026',
    'Jan 5',
    'tomorrow',
    '2026-13-01',
    '2026-01-31 12:00',
    '2026-01-31T25:00',
  ])
    expect(parseIsoTime(text)).toBeUndefined();
});

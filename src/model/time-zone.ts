/**
 * Whether a name is a time zone of the IANA database, under any of its names.
 * https://www.iana.org/time-zones
 */
export function isTimeZone(name: string): boolean {
  // The first formatter of dates costs a program as much as many apps do.
  if (name === 'UTC' || name === 'Etc/UTC' || zones().has(name)) return true;
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return /^[A-Za-z]/.test(name);
  } catch {
    return false;
  }
}

let known: ReadonlySet<string> | undefined;
const zones = (): ReadonlySet<string> => (known ??= new Set(Intl.supportedValuesOf('timeZone')));

const ISO = /^\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d+)?)?(Z|[+-]\d\d:\d\d)?)?$/;

/** A moment as ISO 8601 has it, in UTC where it names no zone, whatever that of this machine is; undefined for any other text. */
export function parseIsoTime(text: string): Date | undefined {
  const match = ISO.exec(text);
  if (!match) return undefined;
  const time = new Date(match[1] === undefined && text.includes('T') ? `${text}Z` : text);
  return Number.isNaN(time.getTime()) ? undefined : time;
}

// Characters that make a text look other than it is, or that no program expects in one: C0 and C1 controls except tab
// and line feed, DEL, byte order marks inside the text, line and paragraph separators, bidirectional controls, and
// halves of surrogate pairs.
const REFUSED =
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

/** Offsets of the characters that are refused, and what they are. */
export function refusedCharacters(
  text: string,
): readonly { readonly offset: number; readonly name: string }[] {
  return [...text.matchAll(REFUSED)].map((match) => ({
    offset: match.index,
    name: nameOf(match[0].charCodeAt(0)),
  }));
}

function nameOf(code: number): string {
  const hex = `U+${code.toString(16).toUpperCase().padStart(4, '0')}`;
  if (code === 0) return `a NUL character (${hex})`;
  if (code === 0x0d) return `a carriage return without a line feed (${hex})`;
  if (code === 0xfeff) return `a byte order mark inside the text (${hex})`;
  if (code === 0x2028 || code === 0x2029) return `an invisible line separator (${hex})`;
  if (code >= 0xd800 && code <= 0xdfff) return `half of a surrogate pair (${hex})`;
  if (code < 0xa0) return `a control character (${hex})`;
  return `a character that changes the direction of the text (${hex})`;
}

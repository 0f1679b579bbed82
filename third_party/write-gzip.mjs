// Writes JSON as gzip that is the same to the byte each time: keys sorted, no time, no file name, no platform.
import { writeFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';

export function writeGzip(file, data) {
  const text = JSON.stringify(sorted(data));
  const bytes = gzipSync(text, { level: 9 });
  bytes[9] = 255; // the header's "operating system": unknown
  writeFileSync(file, bytes);
  return { raw: text.length, gzipped: bytes.length };
}

function sorted(value) {
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.keys(value)
      .sort()
      .map((key) => [key, sorted(value[key])]),
  );
}

/** So many lines at most are looked through for where two texts agree again. */
const REACH = 500;

/**
 * A change that a printer made to its own writing of a text, made to the text itself: every line that the change left
 * alone stays as somebody wrote it. Undefined where the printer puts other lines, and not only other spaces.
 *
 * @param before what the printer makes of the text
 * @param after what it makes of the changed one
 */
export function keepLines(text: string, before: string, after: string): string | undefined {
  const [own, old, now] = [text, before, after].map((each) => each.split('\n')) as [
    string[],
    string[],
    string[],
  ];
  const written = linesBehind(own, old);
  if (!written) return undefined;
  const kept: string[] = [];
  let [i, j] = [0, 0];
  while (i < old.length || j < now.length) {
    if (old[i] === now[j]) {
      kept.push(...written[i]!);
      i++;
      j++;
      continue;
    }
    const [skipped, added] = nextAgreement(old, i, now, j);
    kept.push(...now.slice(j, j + added));
    i += skipped;
    j += added;
  }
  return kept.join('\n');
}

const squeezed = (line: string): string => line.replaceAll(/\s+/g, '');

/**
 * For each line of the printer those that it stands for: empty ones it may leave out, and a comment behind the key of a map
 * or list it puts into a line of its own.
 */
function linesBehind(own: readonly string[], old: readonly string[]): string[][] | undefined {
  let at = 0;
  const behind: string[][] = [];
  for (let i = 0; i < old.length; i++) {
    const [line, next = ''] = [squeezed(old[i]!), squeezed(old[i + 1] ?? '')];
    const lines: string[] = [];
    while (line !== '' && at < own.length && squeezed(own[at]!) === '') lines.push(own[at++]!);
    if (at >= own.length) return undefined;
    const written = squeezed(own[at]!);
    const isParted = next.startsWith('#') && written === line + next;
    if (written !== line && !isParted) return undefined;
    lines.push(own[at++]!);
    behind.push(lines);
    if (isParted) {
      behind.push([]);
      i++;
    }
  }
  if (own.slice(at).some((line) => squeezed(line) !== '')) return undefined;
  behind.at(-1)?.push(...own.slice(at));
  return behind;
}

/** How many lines of each come before both say the same twice over, or end; else all of both. */
function nextAgreement(
  old: readonly string[],
  i: number,
  now: readonly string[],
  j: number,
): [skipped: number, added: number] {
  for (let sum = 1; sum <= REACH; sum++)
    for (let skipped = 0; skipped <= Math.min(sum, old.length - i); skipped++) {
      const [a, b] = [i + skipped, j + sum - skipped];
      if (b <= now.length && old[a] === now[b] && old[a + 1] === now[b + 1]) return [skipped, sum - skipped];
    }
  return [old.length - i, now.length - j];
}

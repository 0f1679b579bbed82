import type { Location, Problem } from '../model/errors';

/** A line that a person has looked at: `password: letmein # allowSecret: the demo's own, public by design`. */
export interface Allowance {
  readonly file: string;
  /** The line of the comment. */
  readonly line: number;
  readonly why: string;
}

const MARK = /(?:#|\/\/|--|<!--|;|\/\*)\s*allowSecret:[ \t]*(.*?)\s*(?:-->|\*\/)?\s*$/;

/** Every allowance of a text. */
export function allowancesIn(text: string, file: string): readonly Allowance[] {
  if (!text.includes('allowSecret:')) return [];
  return text.split(/\r?\n/).flatMap((content, index): Allowance[] => {
    const match = MARK.exec(content);
    return match ? [{ file, line: index + 1, why: match[1]! }] : [];
  });
}

/** Keeps account of which allowances were needed. */
export class Allowances {
  private readonly byFile = new Map<string, readonly Allowance[]>();
  private readonly used = new Set<Allowance>();

  /** @param read the text of a file; undefined where there is none */
  constructor(private readonly read: (file: string) => string | undefined) {}

  /**
   * Whether a finding at this place is accepted: the comment stands at its line, or alone in the line above; of a text of
   * several lines in YAML, at the line that begins it.
   */
  covers({ file, line }: Location): boolean {
    if (line === undefined || this.of(file).length === 0) return false;
    const lines = [line, ...this.heads(file, line)];
    const found = this.of(file).find(
      (one) =>
        one.why.length >= 3 &&
        (lines.includes(one.line) || (lines.includes(one.line + 1) && this.isAlone(one))),
    );
    if (found) this.used.add(found);
    return found !== undefined;
  }

  /** The line with the key of the block of text (`key: |`) that a line of YAML is in. */
  private heads(file: string, line: number): readonly number[] {
    if (!/\.ya?ml$/.test(file)) return [];
    const lines = this.read(file)?.split(/\r?\n/) ?? [];
    const indentOf = (at: number): number => lines[at]!.search(/\S/);
    let indent = indentOf(line - 1);
    for (let at = line - 2; at >= 0 && indent > 0; at -= 1) {
      if (indentOf(at) < 0 || indentOf(at) >= indent) continue;
      if (/[:-][ \t]+[|>][-+\d]*[ \t]*(#.*)?$/.test(lines[at]!)) return [at + 1];
      indent = indentOf(at);
    }
    return [];
  }

  of(file: string): readonly Allowance[] {
    const known = this.byFile.get(file) ?? allowancesIn(this.read(file) ?? '', file);
    this.byFile.set(file, known);
    return known;
  }

  /** What is allowed and not there, and what says no reason. */
  problems(files: readonly string[]): readonly Problem[] {
    return files.flatMap((file) =>
      this.of(file).flatMap((one): Problem[] => {
        const at = { file, line: one.line };
        if (one.why.length < 3) {
          const remedy = 'Say why, in a few words: "allowSecret: <why>".';
          return [{ code: 'allow-secret-without-reason', cause: 'allowSecret says no reason', remedy, at }];
        }
        // In quotes it is a text about such comments, and in angle brackets a pattern of one.
        if (this.used.has(one) || /["'`<]/.test(one.why)) return [];
        const cause = 'allowSecret allows what is not there: nothing in this line looks like a credential';
        return [{ code: 'stale-allow-secret', cause, remedy: 'Delete the comment.', at }];
      }),
    );
  }

  private isAlone({ file, line }: Allowance): boolean {
    const content = this.read(file)?.split(/\r?\n/)[line - 1] ?? '';
    return /^\s*(#|\/\/|--|<!--|;|\/\*)/.test(content);
  }
}

import type { Entry, Located, LocatedMap, LocatedScalar } from './located';
import { MAX_DEPTH } from './nesting';
import {
  COLON,
  COMMA,
  DASH,
  demand,
  HASH,
  LIST,
  LIST_END,
  MAP,
  MAP_END,
  NEWLINE,
  NotPlain,
  PIPE,
  PLAIN,
  PLAIN_IN_FLOW,
  PlainText,
  SPACES,
} from './plain-text';

const plain = new WeakSet<Located>();

/** Whether a file was read plainly: JSON can hold all that is in it, even its numbers. */
export const isPlain = (file: Located): boolean => plain.has(file);

/** A key ends this many characters after its start at the latest; YAML allows some more. */
const MAX_KEY = 1000;

/**
 * Reads what nearly every file consists of: maps and lists in both styles, texts of one line, literal blocks, comments.
 * Values and places are those of a whole YAML parser, which takes some twenty times as long. Anything else (anchors,
 * tags, texts over several lines, keys without a value, tabs, numbers that JSON lacks, whatever is wrong) gives
 * undefined, and no reason.
 */
export function readPlainYaml(text: string, file: string): LocatedMap | undefined {
  try {
    return new PlainYaml(text, file).document();
  } catch (error) {
    if (error instanceof NotPlain) return undefined;
    throw error;
  }
}

/** What reads a block, or a line to its end, ends at the next line that holds anything. */
class PlainYaml extends PlainText {
  /** How far the next block is indented; -1 at the end of the file. */
  private indent = -1;
  private depth = 0;

  document(): LocatedMap {
    this.space(false);
    this.setIndent();
    demand(this.indent === 0);
    const value = this.block(-1);
    demand(this.indent === -1);
    if (value.kind !== 'map') throw new NotPlain();
    plain.add(value);
    return value;
  }

  /** What stands at the indent, which is more than `parent`. */
  private block(parent: number): Located {
    if (this.isMark(DASH)) return this.blockList();
    const code = this.code();
    if (code === MAP || code === LIST) return this.toEnd(this.flow(parent), parent);
    const first = this.scalar(PLAIN);
    this.skip(SPACES);
    return this.code() === COLON ? this.blockMap(first) : this.toEnd(first, parent);
  }

  private blockMap(first: LocatedScalar): LocatedMap {
    const column = this.indent;
    const entries = new Map<string, Entry>();
    this.enter();
    for (let key = first; ; key = this.scalar(PLAIN)) {
      const name = this.colon(key, entries);
      entries.set(name, { at: key.at, value: this.below(column, false) });
      if (this.indent !== column) break;
    }
    demand(this.indent < column);
    this.depth--;
    return { kind: 'map', at: first.at, entries };
  }

  private blockList(): Located {
    const column = this.indent;
    const at = this.place();
    const items: Located[] = [];
    this.enter();
    while (this.indent === column && this.isMark(DASH)) {
      this.pos++;
      items.push(this.below(column, true));
    }
    demand(this.indent <= column);
    this.depth--;
    return { kind: 'list', at, items };
  }

  /** What follows a key or a dash in this column: on the same line, or below it. */
  private below(column: number, isItem: boolean): Located {
    this.skip(SPACES);
    const code = this.code();
    if (code === NEWLINE || code === HASH) {
      this.toBlock();
      if (this.indent > column) return this.block(column);
      demand(!isItem && this.indent === column && this.isMark(DASH));
      return this.blockList();
    }
    if (code === PIPE) return this.toEnd(this.literal(column), column);
    if (isItem) {
      this.setIndent();
      return this.block(column);
    }
    return this.toEnd(code === MAP || code === LIST ? this.flow(column) : this.scalar(PLAIN), column);
  }

  /** A map or list between brackets, whose lines are indented by more than `parent`. */
  private flow(parent: number): Located {
    const at = this.place();
    const isMap = this.code() === MAP;
    const end = isMap ? MAP_END : LIST_END;
    const entries = new Map<string, Entry>();
    const items: Located[] = [];
    this.enter();
    do {
      this.pos++;
      this.flowSpace(parent);
      if (this.code() === end) break;
      if (isMap) {
        const key = this.scalar(PLAIN_IN_FLOW);
        const name = this.colon(key, entries);
        this.flowSpace(parent);
        entries.set(name, { at: key.at, value: this.flowValue(parent) });
      } else {
        items.push(this.flowValue(parent));
      }
      this.flowSpace(parent);
    } while (this.code() === COMMA);
    demand(this.code() === end);
    this.pos++;
    this.depth--;
    return isMap ? { kind: 'map', at, entries } : { kind: 'list', at, items };
  }

  private flowValue(parent: number): Located {
    const code = this.code();
    return code === MAP || code === LIST ? this.flow(parent) : this.scalar(PLAIN_IN_FLOW);
  }

  private flowSpace(parent: number): void {
    if (this.space(true)) demand(this.column() > Math.max(parent, 0));
  }

  /** Steps over the colon behind a key, and tells the key. */
  private colon({ value, at }: LocatedScalar, entries: ReadonlyMap<string, unknown>): string {
    this.skip(SPACES);
    demand(this.isMark(COLON) && this.column() - at.column! < MAX_KEY);
    this.pos++;
    if (typeof value !== 'string' || value === '<<' || value === '__proto__' || entries.has(value))
      throw new NotPlain();
    return value;
  }

  /** Leads from a value to the next block; one that is indented more would go on with the value. */
  private toEnd(value: Located, parent: number): Located {
    this.toBlock();
    demand(this.indent <= parent);
    return value;
  }

  private toBlock(): void {
    const starts = this.column() === 0;
    const ended = this.space(false) || starts;
    this.setIndent();
    if (this.isAtEnd()) this.indent = -1;
    else demand(ended);
  }

  private setIndent(): void {
    this.indent = this.column();
    demand(this.indent <= MAX_DEPTH);
  }

  private enter(): void {
    demand(++this.depth < MAX_DEPTH);
  }
}

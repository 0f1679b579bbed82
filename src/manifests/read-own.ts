import { isKubeObject, type KubeObject } from '../model/kube';
import { emitObject } from './emit';

/**
 * The objects of a text that {@link emitObject} wrote, some fifty times as fast as a YAML parser reads them;
 * undefined for any other text. It needs to know little of YAML: only what comes out the same when it is written
 * again is believed.
 *
 * @param text the documents, without the marker line
 */
export function readOwn(text: string): KubeObject[] | undefined {
  if (text === '') return [];
  try {
    const objects: KubeObject[] = [];
    for (const document of text.split(/^---\n/m)) {
      const value = new Lines(document).map('');
      if (!isKubeObject(value) || emitObject(value) !== document) return undefined;
      objects.push(value);
    }
    return objects;
  } catch {
    return undefined; // nested so deep that the stack is too small, or that it cannot be written
  }
}

const KEY = /^(?:"((?:[^"\\]|\\.)*)"|((?!")(?:[^:]|:(?=[^ ]))+)):(?: (.*))?$/;
const NUMBER = /^-?\d+(?:\.\d+)?(?:e[-+]\d+)?$/;
const ESCAPE = /\\(?:x([0-9a-f]{2})|u([0-9a-f]{4})|(.))/g;
const LETTERS: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t' };

class Lines {
  private readonly lines: string[];
  private at = 0;

  constructor(document: string) {
    this.lines = document.split('\n');
  }

  map(pad: string): Record<string, unknown> {
    const map: Record<string, unknown> = {};
    for (let line = this.lines[this.at]; line?.startsWith(pad); line = this.lines[this.at]) {
      const match = KEY.exec(line.slice(pad.length));
      if (!match) break;
      this.at++;
      const key = match[1] === undefined ? (match[2] as string) : unescape(match[1]);
      const value = this.value(match[3], pad);
      // Plain assignment to this name would set the prototype.
      if (key === '__proto__') Object.defineProperty(map, key, { value, enumerable: true });
      else map[key] = value;
    }
    return map;
  }

  private list(pad: string): unknown[] {
    const list: unknown[] = [];
    const dash = `${pad}- `;
    for (let line = this.lines[this.at]; line?.startsWith(dash); line = this.lines[this.at]) {
      const rest = line.slice(dash.length);
      if (rest.startsWith('- ') || KEY.test(rest)) {
        // As if the first line of what the item holds stood alone.
        this.lines[this.at] = `${pad}  ${rest}`;
        list.push(this.nested(`${pad}  `));
      } else {
        this.at++;
        list.push(this.value(rest, pad));
      }
    }
    return list;
  }

  private nested(pad: string): unknown {
    return this.lines[this.at]?.startsWith(`${pad}- `) ? this.list(pad) : this.map(pad);
  }

  private value(text: string | undefined, pad: string): unknown {
    switch (text) {
      case undefined:
        return this.nested(`${pad}  `);
      case '|':
      case '|-':
      case '|+':
        return this.literal(text, `${pad}  `);
      case '[]':
        return [];
      case '{}':
        return {};
      case 'null':
        return null;
      case 'true':
      case 'false':
        return text === 'true';
      default:
        if (text.startsWith('"')) return unescape(text.slice(1, -1));
        return NUMBER.test(text) ? Number(text) : text;
    }
  }

  private literal(style: string, pad: string): string {
    const lines: string[] = [];
    for (let line = this.lines[this.at]; line !== undefined; line = this.lines[++this.at]) {
      if (line !== '' && !line.startsWith(pad)) break;
      if (line === '' && this.at === this.lines.length - 1) break;
      lines.push(line.slice(pad.length));
    }
    return lines.join('\n') + (style === '|-' ? '' : '\n');
  }
}

function unescape(text: string): string {
  if (!text.includes('\\')) return text;
  return text.replace(ESCAPE, (_, two: string | undefined, four: string | undefined, letter: string) => {
    const code = two ?? four;
    if (code !== undefined) return String.fromCharCode(parseInt(code, 16));
    return LETTERS[letter] ?? letter;
  });
}

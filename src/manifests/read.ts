import { LineCounter, parseAllDocuments } from 'yaml';
import { type Location, type Problem, UserError } from '../model/errors';
import { isKubeObject, type KubeObject } from '../model/kube';
import { hasMarker } from './marker';
import { readOwn } from './read-own';

// A parser recurses: a line that opens this many collections would end the whole process, past any catch.
const TOO_DEEP = /^[ \t?:-]{2000}|(?:[[{][\s,]*){500}/m;

/** Whether a text must not be handed to a YAML parser. */
export const nestsTooDeep = (text: string): boolean => TOO_DEEP.test(text);

/**
 * The objects of a file below dist/, in their order. A file as stageline wrote it is read quickly; one that was
 * edited since, by hand or by a merge, is read as YAML 1.2.
 *
 * @param path what problems name as the file, e.g. `dist/dev/frontend.yaml`
 * @throws UserError with every place that is no YAML, or no Kubernetes object
 */
export function readManifests(text: string, path: string): KubeObject[] {
  const own = hasMarker(text) ? readOwn(text.slice(text.indexOf('\n') + 1)) : undefined;
  if (own) return own;
  if (nestsTooDeep(text)) throw new UserError(unreadable('values nest too deep to be read', { file: path }));
  const lines = new LineCounter();
  const at = (offset: number): Location => {
    const { line, col } = lines.linePos(offset);
    return { file: path, line, column: col };
  };
  const problems: Problem[] = [];
  const objects: KubeObject[] = [];
  const options = { lineCounter: lines, prettyErrors: false, logLevel: 'silent' } as const;
  for (const document of parseAllDocuments(text.replace(/^\ufeff/, ''), options)) {
    const wrong = [...document.errors, ...document.warnings];
    problems.push(...wrong.map((e) => unreadable(`this is not YAML: ${e.message}`, at(e.pos[0]))));
    if (wrong.length > 0) continue;
    const value = toData(document);
    if (value === null) continue;
    if (isKubeObject(value)) objects.push(value);
    else problems.push(unreadable('this is no Kubernetes object', at(document.contents?.range?.[0] ?? 0)));
  }
  if (problems.length > 0) throw new UserError(problems);
  return objects;
}

type Parsed = ReturnType<typeof parseAllDocuments>[number];

/** Undefined where aliases multiply, or refer to nothing: no file of ours has any. */
function toData(document: Parsed): unknown {
  try {
    return document.toJS({ maxAliasCount: 0 }) as unknown;
  } catch {
    return undefined;
  }
}

function unreadable(cause: string, at: Location): Problem {
  return {
    code: 'dist-unreadable',
    cause,
    consequence: 'What is deployed now cannot be compared with what would be.',
    remedy: `Restore it: git checkout -- ${at.file}`,
    at,
  };
}

import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { RULES } from '../../src/manifests/checks';

const ROOT = join(__dirname, '../..');

/** What the schema validator tells apart inside, and synth reports as `schema`. */
const INSIDE = 'manifests/schema/';

const sources = (readdirSync(join(ROOT, 'src'), { recursive: true }) as string[])
  .map((file) => file.replaceAll('\\', '/'))
  .filter((file) => file.endsWith('.ts') && !file.startsWith(INSIDE))
  .sort();

type Report = (code: string, node: ts.Node) => void;

/** Every text that a value can become; what is merely compared is none. */
function textsIn(node: ts.Node, report: Report): void {
  if (ts.isBinaryExpression(node) && /^[=!]==?$/.test(node.operatorToken.getText())) return;
  if (ts.isPropertyAccessExpression(node) || ts.isElementAccessExpression(node)) return;
  if (ts.isStringLiteralLike(node)) report(node.text, node);
  else if (ts.isTemplateExpression(node)) report(`${node.head.text}*`, node);
  else if (ts.isObjectLiteralExpression(node))
    node.properties.forEach((one) => ts.isPropertyAssignment(one) && textsIn(one.initializer, report));
  else if (!ts.isFunctionLike(node)) ts.forEachChild(node, (child) => textsIn(child, report));
}

/** Functions that take the code as an argument: their names, and which argument it is. */
function takers(file: ts.SourceFile): Map<string, number> {
  const found = new Map<string, number>();
  const visit = (node: ts.Node): void => {
    if (ts.isFunctionLike(node)) {
      const index = node.parameters.findIndex(
        ({ name, type }) => name.getText() === 'code' && type?.kind === ts.SyntaxKind.StringKeyword,
      );
      const name = node.name ?? (ts.isVariableDeclaration(node.parent) ? node.parent.name : undefined);
      if (index >= 0 && name) found.set(name.getText(), index);
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

/** Each code that a file of src/ can report, with its `file:line`. */
function codesOf(path: string): [code: string, place: string][] {
  const text = readFileSync(join(ROOT, 'src', path), 'utf8');
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.ES2022, true);
  const codes: [string, string][] = [];
  const report: Report = (code, node) => {
    const { line } = file.getLineAndCharacterOfPosition(node.getStart());
    if (/^[a-z0-9]+(-[a-z0-9]+)*(-\*)?$/.test(code)) codes.push([code, `src/${path}:${line + 1}`]);
  };
  const functions = takers(file);
  const visit = (node: ts.Node): void => {
    const named = ts.isPropertyAssignment(node) || ts.isVariableDeclaration(node) ? node : undefined;
    const system = named?.initializer?.getText().includes('ErrnoException');
    if (named?.initializer && !system && /^codes?$/.test(named.name.getText()))
      textsIn(named.initializer, report);
    const call = ts.isCallExpression(node) ? node : undefined;
    const called =
      call && ts.isPropertyAccessExpression(call.expression) ? call.expression.name : call?.expression;
    const argument = called && call?.arguments[functions.get(called.getText()) ?? -1];
    if (argument) textsIn(argument, report);
    ts.forEachChild(node, visit);
  };
  visit(file);
  return codes.filter(([code]) => code !== 'custom'); // zod's own word for a refinement
}

const reported = new Map<string, string>([
  ...RULES.map((rule): [string, string] => [rule.name, `src/manifests/checks: ${rule.about}`]),
  ...sources.flatMap(codesOf),
]);

/** The codes in the first column of the tables. */
const documented = [
  ...readFileSync(join(ROOT, 'docs/errors.md'), 'utf8').matchAll(/^\| (`[^|]*) *\|/gm),
].flatMap(([, cell]) => [...cell!.matchAll(/`([a-z0-9-]+)`/g)].map(([, code]) => code!));

const matches = (pattern: string, code: string): boolean =>
  pattern.endsWith('*') ? code.startsWith(pattern.slice(0, -1)) : pattern === code;

test('docs/errors.md has every code that src/ can report', () => {
  expect(reported.size).toBeGreaterThan(150);
  const missing = [...reported].filter(([code]) => !documented.some((one) => matches(code, one)));
  const lines = missing.map(
    ([code, place]) => `add to docs/errors.md the line:  | \`${code}\` | <what it means> |  (${place})`,
  );
  expect(lines).toEqual([]);
});

test('docs/errors.md has no code that nothing reports, and none twice', () => {
  const codes = [...reported.keys()];
  expect(documented.filter((code) => !codes.some((one) => matches(one, code)))).toEqual([]);
  expect(documented.filter((code, i) => documented.indexOf(code) !== i)).toEqual([]);
});

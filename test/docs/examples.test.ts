import { readFileSync, readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import ts from 'typescript';

const root = join(__dirname, '../..');
const sources = ['src/constructs', 'src/model/values', 'src/stack', '.'].flatMap((folder) =>
  readdirSync(join(root, folder === '.' ? 'src' : folder), { withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => join(root, folder === '.' ? 'src' : folder, entry.name)),
);

interface Example {
  readonly of: string;
  readonly code: string;
}

/** The code under each `@example` of a doc comment. */
function examplesIn(file: string): Example[] {
  const comments = readFileSync(file, 'utf8').match(/\/\*\*[\s\S]*?\*\//g) ?? [];
  return comments.flatMap((comment, i) => {
    const text = comment.replace(/^\s*\*\/?/gm, '').replace(/^ /gm, '');
    const code = /@example\n([\s\S]*?)(?=\n@|$)/.exec(text)?.[1];
    return code === undefined
      ? []
      : [{ of: `${relative(root, file)}#${i}`, code: code.replace(/^```\w*$/gm, '') }];
  });
}

const examples = sources.flatMap(examplesIn);

test('the public constructs have examples', () => {
  expect(examples.length).toBeGreaterThanOrEqual(6);
});

test('every example in a doc comment compiles against the public API', () => {
  const { config } = ts.readConfigFile(join(root, 'tsconfig.json'), ts.sys.readFile) as { config: object };
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, root);
  const texts = new Map(
    examples.map(({ of, code }) => {
      const needed = /\bimport\b/.test(code) ? '' : "import * as stageline from 'stageline';\n";
      return [
        join(root, 'test/docs', `${of.replace(/[^a-z0-9]/gi, '-')}.example.ts`),
        `${needed}${code}\nexport {};\n`,
      ];
    }),
  );
  const host = ts.createCompilerHost(options);
  const original = { ...host };
  host.fileExists = (path) => texts.has(path) || original.fileExists(path);
  host.readFile = (path) => texts.get(path) ?? original.readFile(path);
  host.getSourceFile = (path, ...rest) => {
    const text = texts.get(path);
    return text === undefined
      ? original.getSourceFile(path, ...rest)
      : ts.createSourceFile(path, text, ts.ScriptTarget.ES2022);
  };
  const program = ts.createProgram(
    [...texts.keys()],
    { ...options, noEmit: true, noUnusedLocals: false },
    host,
  );
  const messages = [...texts.keys()].flatMap((path) => {
    const file = program.getSourceFile(path)!;
    return [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)].map(
      (d) => `${relative(root, path)}: ${ts.flattenDiagnosticMessageText(d.messageText, ' ')}`,
    );
  });
  expect(messages).toEqual([]);
});

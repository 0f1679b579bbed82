import type { Problem } from '../model/errors';

/** The line by which editors find the schema of a file under environments/. */
export function schemaLine(file: string): string {
  const schema = file.endsWith('/base.yaml') ? 'base' : 'stage';
  return `# yaml-language-server: $schema=schema/${schema}.schema.json`;
}

/** A warning when the file does not begin with the line that it should begin with. */
export function schemaLineWarning(text: string, file: string): Problem | undefined {
  const wanted = schemaLine(file);
  const first = text.split('\n', 1)[0]!.trimEnd();
  if (first === wanted) return undefined;
  const wrong = /^#\s*yaml-language-server\s*:/.test(first);
  return {
    code: 'schema-line',
    cause: wrong ? 'the first line names another schema' : 'the first line does not name the schema',
    consequence: 'Editors will not complete and check this file.',
    remedy: `${wrong ? 'Replace it by' : 'Put in front'}: ${wanted}`,
    at: { file, line: 1, column: 1 },
  };
}

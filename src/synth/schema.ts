import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { schemaFiles } from '../config';
import { loadApps } from './load-apps';

/** Writes the JSON Schemas that differ from what is on disk (with `check`: only looks), and returns their paths. */
export function writeSchemas(options: { readonly root: string; readonly check: boolean }): readonly string[] {
  const stale = schemaFiles(loadApps(options.root)).filter(
    ({ path, text }) => currentText(join(options.root, path)) !== text,
  );
  for (const { path, text } of options.check ? [] : stale) {
    mkdirSync(dirname(join(options.root, path)), { recursive: true });
    writeFileSync(join(options.root, path), text);
  }
  return stale.map(({ path }) => path);
}

function currentText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { PACKAGE_ROOT } from '../model/package-root';

/** Where this runs from a bundle: its name is the hash of all that it holds, and of the schemas; see bin/bundle.js. */
const BUNDLE = /^([0-9a-f]{64})\.js$/.exec(basename(__filename))?.[1];
const CODE = join(__dirname, '..');
const DATA = join(PACKAGE_ROOT, 'third_party');
/** What renders, beside this program itself. */
const PACKAGES = ['cdk8s', 'cdk8s-plus-28', 'constructs', 'yaml', 'zod'];

/**
 * SHA-256 of the program that renders: its own code and schemas, whole, and the versions of Node and of the packages.
 * What it rendered before, another one may render differently.
 */
export function engineHash(): string {
  return (known ??= hashEngine());
}

let known: string | undefined;

function hashEngine(): string {
  const hash = createHash('sha256').update(process.version);
  if (BUNDLE !== undefined) return hash.update(BUNDLE).digest('hex');
  for (const folder of [CODE, DATA]) {
    for (const path of filesBelow(folder))
      hash.update(`\n${path}\n`).update(readFileSync(join(folder, path)));
  }
  for (const name of PACKAGES) hash.update(`\n${name} ${versionOf(name)}`);
  return hash.digest('hex');
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort();
}

function versionOf(name: string): string {
  const main = require.resolve(name);
  const folder = main.slice(
    0,
    main.lastIndexOf(join('node_modules', name)) + join('node_modules', name).length,
  );
  return (JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { version: string }).version;
}

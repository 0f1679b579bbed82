import { hash } from 'node:crypto';
import { lstatSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { UserError, type Problem } from '../model/errors';
import { Allowances } from './allow';
import { scanText, type FileFinding } from './scan-text';

/** What was found in a folder, and how much of it was looked at. */
export interface FolderScan {
  readonly findings: readonly FileFinding[];
  /** Comments that allow what is not there, or say no reason. */
  readonly problems: readonly Problem[];
  readonly files: number;
  /** Files that were not read: too large, or not text. */
  readonly skipped: readonly string[];
  /** Files that are as synth rendered them, and left out. */
  readonly rendered: readonly string[];
}

const MAX_BYTES = 2 * 1024 * 1024;
const SKIPPED_FOLDERS = new Set(['.git', '.stageline', 'node_modules']);
// Hashes by the thousand, and nothing that people write.
const SKIPPED_FILES =
  /^(package-lock\.json|npm-shrinkwrap\.json|yarn\.lock|pnpm-lock\.yaml|go\.sum|Cargo\.lock|poetry\.lock|uv\.lock|composer\.lock|Gemfile\.lock|stageline\.lock)$/;

/**
 * Looks for credentials in all text files of a folder, or in one file. Links are not followed. What is as synth
 * rendered it, by the stageline.lock beside it, is left out: it was looked at where it comes from.
 *
 * @throws UserError when there is nothing of that name
 */
export function scanFolder(root: string, path: string): FolderScan {
  const stat = lstatSync(join(root, path), { throwIfNoEntry: false });
  if (!stat || stat.isSymbolicLink()) {
    const cause = `${path} ${stat ? 'is a symbolic link' : 'is not there'}`;
    throw new UserError({ code: 'scan-folder', cause, remedy: 'Name a folder or a file.' });
  }
  const texts = new Map<string, string>();
  const skipped: string[] = [];
  const { files, rendered } = stat.isDirectory() ? filesBelow(root, path) : { files: [path], rendered: [] };
  for (const file of files) {
    const text = readText(join(root, file));
    if (text === undefined) skipped.push(file);
    else texts.set(file, text);
  }
  const allowances = new Allowances((file) => texts.get(file));
  const findings = [...texts]
    .flatMap(([file, text]) => scanText(text, file))
    .filter(({ at, structural }) => structural || !allowances.covers(at));
  const problems = allowances.problems([...texts.keys()]);
  return { findings, problems, files: texts.size, skipped, rendered };
}

interface Files {
  readonly files: readonly string[];
  readonly rendered: readonly string[];
}

function filesBelow(root: string, folder: string): Files {
  const prefix = folder === '.' ? '' : `${folder.replace(/\/+$/, '')}/`;
  const entries = readdirSync(join(root, folder), { withFileTypes: true });
  const parts = entries
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map((entry): Files => {
      const path = prefix + entry.name;
      if (entry.isDirectory() && !SKIPPED_FOLDERS.has(entry.name)) return filesBelow(root, path);
      return { files: entry.isFile() && !SKIPPED_FILES.test(entry.name) ? [path] : [], rendered: [] };
    });
  const files = parts.flatMap((part) => part.files);
  const rendered = parts.flatMap((part) => part.rendered);
  const hashes = lockedHashes(join(root, folder, 'stageline.lock'));
  if (!hashes) return { files, rendered };
  const asRendered = new Set(
    files.filter(
      (path) => hashes[path.slice(prefix.length)] === hash('sha256', readFileSync(join(root, path))),
    ),
  );
  return { files: files.filter((path) => !asRendered.has(path)), rendered: [...rendered, ...asRendered] };
}

/** The hashes of what synth rendered, by path beside the lock; undefined where there is none that can be read. */
function lockedHashes(path: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const { files } = JSON.parse(readFileSync(path, 'utf8')) as { readonly files?: unknown };
    return typeof files === 'object' && files !== null ? (files as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

function readText(path: string): string | undefined {
  if (lstatSync(path).size > MAX_BYTES) return undefined;
  const bytes = readFileSync(path);
  return bytes.subarray(0, 8000).includes(0) ? undefined : bytes.toString('utf8');
}

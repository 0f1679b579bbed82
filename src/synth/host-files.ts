import {
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import {
  approvalRules,
  byHand,
  codeowners,
  CODEOWNERS,
  hasBlock,
  protectionFiles,
  sectionsByHand,
  SETTINGS,
} from '../delivery/approvals';
import type { Repository } from '../model/environment';
import { UserError } from '../model/errors';
import { gitHost, gitHostOf } from '../model/git-host';

/** Files for the Git host by path, as they are to be; null: to be removed. Those that nothing asks for are not in it. */
export type HostFiles = ReadonlyMap<string, string | null>;

/**
 * CODEOWNERS, and the protection of the branch, as `gates.approvals` of the stages ask for them. Lines of CODEOWNERS that
 * somebody wrote stay, above ours.
 * @throws UserError `codeowners-block` when ours cannot be told from those
 */
export function hostFiles(root: string, repository: Repository): HostFiles {
  const rules = approvalRules(repository);
  const host = rules.length > 0 ? gitHostOf(repository.values.repository) : undefined;
  const files = new Map<string, string | null>();
  // What was written for another host, in another place, or for approvals that nobody asks for any more.
  for (const path of new Set(Object.values(CODEOWNERS).flat())) {
    const text = read(root, path);
    if (text !== undefined && hasBlock(text))
      files.set(path, codeowners(handOf(path, text), [], 'github') || null);
  }
  for (const known of gitHost.options)
    for (const name of listed(join(root, SETTINGS[known]))) files.set(`${SETTINGS[known]}${name}`, null);
  if (host === undefined) return files;
  const path = CODEOWNERS[host].find((place) => isByHand(root, place)) ?? newPlace(host);
  const hand = handOf(path, read(root, path) ?? '');
  if (host === 'gitlab' && sectionsByHand(hand, rules).length > 0)
    throw blockProblem(
      path,
      `it has a section ${sectionsByHand(hand, rules).join(', ')} of its own`,
      'Rename the section.',
    );
  files.set(path, codeowners(hand, rules, host));
  for (const [name, text] of protectionFiles(repository, rules, host)) files.set(name, text);
  return files;
}

const newPlace = (host: 'github' | 'gitlab'): string => `.${host}/CODEOWNERS`;

/** A file with nothing but our lines is no reason to stay in its place. */
function isByHand(root: string, path: string): boolean {
  const text = read(root, path);
  return text !== undefined && (!hasBlock(text) || handOf(path, text).trim() !== '');
}

function handOf(path: string, text: string): string {
  const hand = byHand(text);
  if (hand === undefined)
    throw blockProblem(
      path,
      'its "# stageline: begin" and "# stageline: end" are not in pairs',
      'Remove those lines, and what stageline wrote between them.',
    );
  return hand;
}

const blockProblem = (file: string, why: string, remedy: string): UserError =>
  new UserError({
    code: 'codeowners-block',
    cause: `what is ours in ${file} cannot be told from what is not: ${why}`,
    consequence: 'Nothing was written.',
    remedy,
    at: { file },
  });

function read(root: string, path: string): string | undefined {
  const full = join(root, path);
  if (!existsSync(full)) return undefined;
  if (!statSync(full).isFile())
    throw new UserError({
      code: 'not-a-file',
      cause: `${path} is no file`,
      consequence: 'Nothing was written.',
      remedy: 'Move it away.',
      at: { file: path },
    });
  return readFileSync(full, 'utf8').replaceAll('\r\n', '\n');
}

function listed(folder: string): string[] {
  return existsSync(folder)
    ? readdirSync(folder)
        .filter((name) => name.endsWith('.json'))
        .sort()
    : [];
}

/** Those that are not as they are to be. */
export function staleHostFiles(root: string, files: HostFiles): HostFiles {
  return new Map([...files].filter(([path, text]) => (read(root, path) ?? null) !== text));
}

/** Writes or removes each; after a kill every file is whole, and the next run writes what is left. */
export function writeHostFiles(root: string, files: HostFiles): void {
  const scratch = join(root, '.stageline', `host-file-${process.pid}`);
  for (const [path, text] of files) {
    const full = join(root, path);
    if (text === null) {
      rmSync(full, { force: true });
      removeIfEmpty(dirname(full), root);
      continue;
    }
    mkdirSync(dirname(full), { recursive: true });
    mkdirSync(dirname(scratch), { recursive: true });
    writeFileSync(scratch, text);
    renameSync(scratch, full);
  }
}

function removeIfEmpty(folder: string, root: string): void {
  if (folder === root || readdirSync(folder).length > 0) return;
  rmdirSync(folder);
  removeIfEmpty(dirname(folder), root);
}

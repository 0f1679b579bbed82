import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Change } from '../git/commit';
import { approvalRules, neededApprovals, type NeededApproval } from '../delivery/approvals';
import { formatLock, readLock, sha256 } from '../manifests/publish';
import type { Changes, StageSummary } from '../manifests/summary';
import { EXIT, UserError } from '../model/errors';
import { gitHostOf } from '../model/git-host';
import { keepHashes } from '../synth/dist-hashes';
import { prepare, type Prepared } from '../synth/prepare';
import { ofUnwritten, onDisk } from './unwritten';
import { stageNames, type World } from './workspace';

/** What a change of files under environments/ does to the repository, before anything is written. */
export interface Preview {
  readonly prepared: Prepared;
  /** Every file that changes, by its path from the root. */
  readonly changes: ReadonlyMap<string, Change>;
  /** What it does to the stage's objects. */
  readonly summary: StageSummary | undefined;
  /** What it does to what Argo CD is told. */
  readonly delivery: Changes;
  /** What the Git host asks for before it merges this. */
  readonly approvals: readonly NeededApproval[];
}

export interface PreviewInput {
  readonly stage: string;
  /** New texts of files under environments/, by name. */
  readonly texts: ReadonlyMap<string, string>;
  /** Manifests of pinned stages that are known already. */
  readonly manifests?: ReadonlyMap<string, ReadonlyMap<string, string>>;
}

/**
 * Renders the repository with other texts, checks it as synth does, and proves that no other stage changes.
 * @throws UserError for everything wrong with it, and `other-stage-changes`, with exit code 3
 */
export async function preview(world: World, input: PreviewInput): Promise<Preview> {
  const { root } = world;
  const prepared = await prepareWith(world, input);
  const changes = new Map<string, Change>();
  for (const [name, text] of input.texts) compare(root, `environments/${name}`, text, changes);
  for (const [path, change] of distChanges(root, prepared)) changes.set(path, change);
  for (const [path, text] of prepared.hostFiles) compare(root, path, text, changes);
  proveOthersUnchanged(input.stage, changes, prepared.hostFiles);
  const { repository, summaries, delivery } = prepared;
  const host = gitHostOf(repository.values.repository);
  return {
    prepared,
    changes,
    summary: summaries.find(({ stage }) => stage === input.stage),
    delivery,
    approvals: neededApprovals(approvalRules(repository), host, changes.keys()),
  };
}

/**
 * What the checkout renders with other texts. Destructive changes are only told, as `refused`.
 * @throws UserError for everything that is wrong with it
 */
export async function prepareWith(
  { root, env }: World,
  { texts, manifests }: Pick<PreviewInput, 'texts' | 'manifests'>,
): Promise<Prepared> {
  const all = new Map([...allTexts(root), ...texts]);
  const prepared = await ofUnwritten(root, texts, () => prepare({ root, env, texts: all, manifests }));
  return { ...prepared, refused: prepared.refused.map((problem) => onDisk(problem, root, texts)) };
}

/** What the checkout renders: kept, so that whoever asks next is answered sooner. */
export async function prepareNow({ root, env }: World): Promise<Prepared> {
  const prepared = await prepare({ root, env });
  prepared.cache.save();
  keepHashes(prepared.reader);
  return prepared;
}

/** Every file below dist/ that is not as it is to be, by its path from the root. */
export function distChanges(
  root: string,
  { outputs, reader }: Pick<Prepared, 'outputs' | 'reader'>,
): ReadonlyMap<string, Change> {
  const changes = new Map<string, Change>();
  for (const { name, files, base, inputs } of outputs) {
    const folder = `dist/${name}`;
    const hashes = Object.fromEntries(files.map((file) => [file.path, file.hash ?? sha256(file.text)]));
    for (const path of Object.keys(readLock(root, name, reader)?.files ?? {}))
      if (!Object.hasOwn(hashes, path)) compare(root, `${folder}/${path}`, null, changes);
    for (const file of files) {
      if (reader.hash(`${name}/${file.path}`) === hashes[file.path]) continue;
      const now = textAt(root, `${folder}/${file.path}`);
      // The text of what is as it should be need not be known.
      if (now === null || sha256(now) !== hashes[file.path]) changes.set(`${folder}/${file.path}`, file.text);
    }
    compare(root, `${folder}/stageline.lock`, formatLock({ base, inputs, files: hashes }), changes);
  }
  return changes;
}

function allTexts(root: string): [string, string][] {
  return environmentFiles(root).map((file) => [file, readFileSync(join(root, 'environments', file), 'utf8')]);
}

function environmentFiles(root: string): string[] {
  return ['base.yaml', ...stageNames(root).map((name) => `${name}.yaml`)];
}

function compare(root: string, path: string, text: string | null, changes: Map<string, Change>): void {
  if (textAt(root, path) !== text) changes.set(path, text);
}

function textAt(root: string, path: string): string | null {
  const full = join(root, path);
  return existsSync(full) ? readFileSync(full, 'utf8').replaceAll('\r\n', '\n') : null;
}

function proveOthersUnchanged(
  stage: string,
  changes: ReadonlyMap<string, Change>,
  hostFiles: ReadonlyMap<string, unknown>,
): void {
  const own = [`environments/${stage}.yaml`, `dist/${stage}/`, 'dist/argocd/'];
  const others = [...changes.keys()].filter(
    (path) => !hostFiles.has(path) && !own.some((prefix) => path.startsWith(prefix)),
  );
  if (others.length === 0) return;
  throw new UserError(
    {
      code: 'other-stage-changes',
      cause: `this would change more than stage ${stage}: ${others.slice(0, 5).join(', ')}`,
      consequence: 'Nothing was changed. What is committed under dist/ is not what the sources render.',
      remedy: 'run "npm run synth" and commit what it writes, then try again',
    },
    EXIT.refused,
  );
}

import { existsSync, lstatSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { manifestFolders } from '../config/unread-files';
import { CODEOWNERS, SETTINGS } from '../delivery/approvals/rules';
import { lockHash, recover, sha256, verifyLock, type DistReader } from '../manifests/publish';
import type { StageSummary } from '../manifests/summary';
import type { Problem } from '../model/errors';
import type { Repository } from '../model/environment';
import { readCached, writeCached } from './cache-folder';
import { hashOf } from './inputs';
import { engineHash } from './engine';

const FILE = 'last-run';
const INPUTS = 'environments';
const CLASSES = join('src', 'apps');
const HOST_FILES = [...new Set([...Object.values(CODEOWNERS).flat(), ...Object.values(SETTINGS)])];

/** What a run says that has nothing to do. */
export interface Settled {
  readonly stages: readonly StageSummary[];
  readonly warnings: readonly Problem[];
}

interface LastRun {
  /** Folders and files that were read beside environments/. */
  readonly read: readonly string[];
  /** Absent where nobody knows for sure what was read. */
  readonly run?: {
    /** SHA-256 of every input. */
    readonly inputs: string;
    /** SHA-256 of the lock of each folder below dist/. */
    readonly locks: Readonly<Record<string, string | undefined>>;
    readonly settled: Settled;
  };
}

/**
 * The run before this one, in `.stageline/cache/last-run`: where every input and every output is as it left them, there
 * is nothing to render, and its answer still holds. Classes in src/apps may read what they like, so that nobody can tell
 * whether their input has changed: where there are any, nothing is remembered.
 */
export class LastRunFile {
  private readonly last: LastRun | undefined;
  /** What is read beside environments/, as far as it is known before anything is read. */
  private readonly read: readonly string[];
  private readonly inputs: string | undefined;

  constructor(private readonly root: string) {
    this.last = parse(readCached(root, FILE));
    this.read = this.last?.read ?? HOST_FILES;
    this.inputs = this.hash();
  }

  /** What it said; undefined where anything has changed since, or nothing is known. */
  settled(reader: DistReader): Settled | undefined {
    const { root } = this;
    const run = this.last?.run;
    if (!run || run.inputs !== this.inputs) return undefined;
    recover(root);
    const dist = join(root, 'dist');
    const isFolder = lstatSync(dist, { throwIfNoEntry: false })?.isDirectory();
    const there = isFolder ? readdirSync(dist).sort() : [];
    const same =
      there.join() === Object.keys(run.locks).sort().join() &&
      there.every((name) => lockHash(root, name) === run.locks[name]) &&
      there.every((name) => verifyLock(root, name, reader).length === 0);
    return same ? run.settled : undefined;
  }

  /**
   * Keeps what a run says that finds all as this one leaves it.
   * @param locks SHA-256 of those that it wrote or left, whoever has written there since
   * @param settled gives nothing where that must not be kept
   */
  save(repository: Repository, locks: ReadonlyMap<string, string>, settled: () => Settled | undefined): void {
    const folders = manifestFolders(repository.environments);
    const read = [...new Set([...HOST_FILES, ...folders.sort()])];
    // What was not hashed before it was read, or was edited meanwhile, may not be what was rendered.
    const known = read.join('\n') === this.read.join('\n') && this.hash() === this.inputs;
    const says = known && this.inputs !== undefined ? settled() : undefined;
    const run = says && { inputs: this.inputs!, locks: this.allLocks(locks), settled: says };
    const json = JSON.stringify({ read, run } satisfies LastRun);
    writeCached(this.root, FILE, `${sha256(json)}\n${json}`);
  }

  /** With those of folders that are not ours. */
  private allLocks(ours: ReadonlyMap<string, string>): NonNullable<LastRun['run']>['locks'] {
    const names = readdirSync(join(this.root, 'dist'));
    return Object.fromEntries(names.map((name) => [name, ours.get(name) ?? lockHash(this.root, name)]));
  }

  private hash(): string | undefined {
    const inputs = hasClasses(this.root) ? undefined : hashAll(this.root, [INPUTS, ...this.read]);
    return inputs && hashOf([engineHash(), inputs]);
  }
}

function parse(file: Buffer | undefined): LastRun | undefined {
  const [hash, json = ''] = file?.toString().split('\n', 2) ?? [];
  return hash === sha256(json) ? (JSON.parse(json) as LastRun) : undefined;
}

function hasClasses(root: string): boolean {
  const folder = join(root, CLASSES);
  return existsSync(folder) && !(statSync(folder).isDirectory() && readdirSync(folder).length === 0);
}

/** SHA-256 of these files, and of all below these folders; undefined where one is neither, such as a link. */
function hashAll(root: string, paths: readonly string[]): string | undefined {
  const found: string[] = [];
  const visit = (path: string): boolean => {
    const stat = lstatSync(join(root, path), { throwIfNoEntry: false });
    if (stat?.isDirectory()) return readdirSync(join(root, path)).every((name) => visit(join(path, name)));
    if (stat && !stat.isFile()) return false;
    found.push(`${path} ${stat ? sha256(readFileSync(join(root, path))) : 'absent'}`);
    return true;
  };
  return paths.every(visit) ? sha256(found.sort().join('\n')) : undefined;
}

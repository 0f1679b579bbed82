import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  lstatSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { CODEOWNERS, SETTINGS } from '../delivery/approvals/rules';
import { DistReader, lockPath, recover, sha256, verifyLock } from '../manifests/publish';
import type { StageSummary } from '../manifests/summary';
import type { Problem } from '../model/errors';
import type { Repository } from '../model/environment';
import { hashOf } from './inputs';
import { engineHash } from './units/engine';

const FOLDER = join('.stageline', 'cache');
const FILE = 'last-run';
const INPUTS = 'environments';
const CLASSES = join('src', 'apps');

/** What a run says that has nothing to do. */
export interface Settled {
  readonly stages: readonly StageSummary[];
  readonly warnings: readonly Problem[];
}

interface LastRun extends Settled {
  readonly inputs: string;
  /** Folders and files that were read beside environments/. */
  readonly read: readonly string[];
  /** SHA-256 of the lock of each folder below dist/. */
  readonly locks: Readonly<Record<string, string>>;
}

/**
 * The run before this one, in `.stageline/cache/last-run`: where every input and every output is as it left them, there
 * is nothing to render, and its answer still holds. Classes in src/apps may read what they like, so that nobody can tell
 * whether their input has changed: where there are any, nothing is remembered.
 */
export class LastRunFile {
  private readonly begun: string | undefined;

  constructor(private readonly root: string) {
    this.begun = hashAll(root, [INPUTS]);
  }

  /** What it said; undefined where anything has changed since, or nothing is known. */
  settled(): Settled | undefined {
    const last = read(join(this.root, FOLDER, FILE));
    if (!last || hasClasses(this.root) || this.begun === undefined || last.inputs !== this.inputs(last.read))
      return undefined;
    recover(this.root);
    const reader = new DistReader(this.root);
    const there = existsSync(join(this.root, 'dist')) ? readdirSync(join(this.root, 'dist')).sort() : [];
    const same =
      there.join() === Object.keys(last.locks).sort().join() &&
      there.every((name) => lockHash(this.root, name) === last.locks[name]) &&
      there.every((name) => verifyLock(this.root, name, reader).length === 0);
    return same ? { stages: last.stages, warnings: last.warnings } : undefined;
  }

  /** Keeps what a run says that finds all as this one leaves it. A disk that refuses is no reason to fail. */
  save(repository: Repository, settled: Settled): void {
    // What was edited meanwhile may not be what was rendered.
    if (hasClasses(this.root) || hashAll(this.root, [INPUTS]) !== this.begun) return;
    const folders = repository.environments.flatMap(({ apps }) =>
      apps
        .filter(({ kind }) => kind === 'manifests')
        .map((app) => (app.values as { path?: string }).path ?? ''),
    );
    const read = [...new Set([...folders, ...Object.values(CODEOWNERS).flat(), ...Object.values(SETTINGS)])];
    const inputs = this.inputs(read);
    if (inputs === undefined) return;
    const names = readdirSync(join(this.root, 'dist'));
    const locks = Object.fromEntries(names.map((name) => [name, lockHash(this.root, name)]));
    const scratch = join(this.root, FOLDER, `${FILE}.${process.pid}.tmp`);
    try {
      mkdirSync(join(this.root, FOLDER), { recursive: true });
      writeFileSync(scratch, JSON.stringify({ inputs, read, locks, ...settled }));
      renameSync(scratch, join(this.root, FOLDER, FILE));
    } catch {
      // The next run renders what it must.
    }
  }

  private inputs(read: readonly string[]): string | undefined {
    const others = hashAll(this.root, read);
    return this.begun && others && hashOf([engineHash(), this.begun, others]);
  }
}

function read(path: string): LastRun | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as LastRun;
  } catch {
    return undefined;
  }
}

const hasClasses = (root: string): boolean =>
  existsSync(join(root, CLASSES)) && readdirSync(join(root, CLASSES)).length > 0;

function lockHash(root: string, name: string): string | undefined {
  const path = join(root, lockPath(name));
  return existsSync(path) ? sha256(readFileSync(path)) : undefined;
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

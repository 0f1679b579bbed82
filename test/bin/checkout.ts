import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const source = join(__dirname, '../..');
const env: NodeJS.ProcessEnv = { ...process.env, NO_COLOR: '1', NODE_OPTIONS: '' };

/** What a command said, and how it ended. */
export interface Outcome {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A copy of this program in a temporary folder, which is started as people start it. */
export class Checkout {
  readonly root = realpathSync(mkdtempSync(join(tmpdir(), 'stageline-checkout-')));

  constructor() {
    for (const part of ['bin', 'src', 'third_party', 'package.json', 'tsconfig.json'])
      cpSync(join(source, part), join(this.root, part), { recursive: true });
    rmSync(join(this.root, 'src/apps'), { recursive: true });
    symlinkSync(join(source, 'node_modules'), join(this.root, 'node_modules'));
  }

  run(...args: string[]): Outcome {
    const { status, stdout, stderr } = spawnSync(process.execPath, [this.path('bin/stageline.js'), ...args], {
      cwd: this.root,
      env,
      encoding: 'utf8',
    });
    return { status, stdout, stderr };
  }

  start(...args: string[]): ChildProcess {
    return spawn(process.execPath, [this.path('bin/stageline.js'), ...args], { cwd: this.root, env });
  }

  path = (path: string): string => join(this.root, path);
  read = (path: string): string => readFileSync(this.path(path), 'utf8');

  write(path: string, text: string): void {
    mkdirSync(dirname(this.path(path)), { recursive: true });
    writeFileSync(this.path(path), text);
  }

  /** Replaces the one occurrence of a text in a file. */
  edit(path: string, from: string, to: string): void {
    const parts = this.read(path).split(from);
    if (parts.length !== 2) throw new Error(`${JSON.stringify(from)} is not there once in ${path}`);
    this.write(path, parts.join(to));
  }

  remove(path = ''): void {
    rmSync(this.path(path), { recursive: true, force: true });
  }

  /** The files of .stageline/program, by what they hold. */
  kept(): { readonly all: string[]; readonly bundles: string[]; readonly code: string[] } {
    const folder = this.path('.stageline/program');
    const all = existsSync(folder) ? readdirSync(folder).sort() : [];
    return {
      all,
      bundles: all.filter((name) => name.endsWith('.js')),
      code: all.filter((name) => name.endsWith('.code')),
    };
  }
}

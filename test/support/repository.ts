import {
  cpSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { main } from '../../src/cli/main';

const source = join(__dirname, '../..');

/** What a command said, and how it ended. */
export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A repository in a temporary folder, which commands run in for real. Removed by {@link remove}. */
export class TemporaryRepository {
  readonly root = realpathSync(mkdtempSync(join(tmpdir(), 'stageline-')));

  /** Has the packages, and nothing else yet. */
  static empty(): TemporaryRepository {
    return new TemporaryRepository();
  }

  /** Copies the sample: its environments/, src/apps/ and dist/. */
  static ofSample(): TemporaryRepository {
    const repository = new TemporaryRepository();
    for (const folder of ['environments', 'src/apps', 'dist']) {
      cpSync(join(source, folder), join(repository.root, folder), { recursive: true });
    }
    return repository;
  }

  /** Copies one of test/fixtures/. */
  static ofFixture(name: string): TemporaryRepository {
    const repository = new TemporaryRepository();
    cpSync(join(source, 'test/fixtures', name), repository.root, { recursive: true });
    return repository;
  }

  private constructor() {
    symlinkSync(join(source, 'node_modules'), join(this.root, 'node_modules'));
  }

  write(path: string, text: string): void {
    mkdirSync(dirname(join(this.root, path)), { recursive: true });
    writeFileSync(join(this.root, path), text);
  }

  read(path: string): string {
    return readFileSync(join(this.root, path), 'utf8');
  }

  /** Replaces the one occurrence of a text in a file. */
  edit(path: string, from: string, to: string): void {
    const text = this.read(path);
    if (text.split(from).length !== 2)
      throw new Error(`${JSON.stringify(from)} is not there once in ${path}`);
    this.write(
      path,
      text.replace(from, () => to),
    );
  }

  /** Has every stage follow the working tree: this copy has no history that a base could be found in. */
  unpin(): void {
    for (const file of readdirSync(join(this.root, 'environments')).filter((name) => name.endsWith('.yaml')))
      this.write(`environments/${file}`, this.read(`environments/${file}`).replace(/^base: .*\n/m, ''));
  }

  remove(path?: string): void {
    rmSync(path === undefined ? this.root : join(this.root, path), { recursive: true, force: true });
  }

  /** Runs a command line in this process, as bin/stageline.js does. */
  async run(...args: string[]): Promise<Outcome> {
    return this.runWith({}, ...args);
  }

  /** The same, with something on standard input. */
  async runWithInput(input: string, ...args: string[]): Promise<Outcome> {
    return this.runWith({}, ...args, Readable.from([Buffer.from(input)]));
  }

  async runWith(env: Readonly<Record<string, string>>, ...args: (string | Readable)[]): Promise<Outcome> {
    const said = { stdout: '', stderr: '' };
    const stream = (name: 'stdout' | 'stderr') => ({ write: (text: string) => void (said[name] += text) });
    const process = {
      argv: ['node', 'stageline', ...args.filter((arg) => typeof arg === 'string')],
      env: { PATH: globalThis.process.env['PATH'], NO_COLOR: '1', ...env },
      cwd: () => this.root,
      stdout: stream('stdout'),
      stderr: stream('stderr'),
      stdin: args.find((arg) => arg instanceof Readable) ?? Readable.from([]),
      exitCode: undefined as number | undefined,
    };
    await main(process);
    return { code: process.exitCode ?? 0, ...said };
  }
}

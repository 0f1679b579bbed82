import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { parseAllDocuments, parseDocument, type Document } from 'yaml';
import type { Live } from './api';
import { run } from './run-command';

/** The checkout that is tried: this one, unless another is named. */
const ROOT = resolve(process.env.STAGELINE_E2E_SOURCE ?? join(__dirname, '../../..'));

/**
 * A copy of this repository in which people edit, synthesise, commit and push. What Argo CD sees is what the real
 * command wrote there.
 */
export class Workspace {
  private constructor(readonly folder: string) {}

  /** Copies the files that Git knows, or would know, and tells base.yaml where the repository is. */
  static async create(
    folder: string,
    { url, pushUrl }: { readonly url: string; readonly pushUrl: string },
  ): Promise<Workspace> {
    const files = await run('git', [
      '-C',
      ROOT,
      'ls-files',
      '-z',
      '--cached',
      '--others',
      '--exclude-standard',
    ]);
    for (const file of files.split('\0').filter(Boolean)) {
      const target = join(folder, file);
      mkdirSync(dirname(target), { recursive: true });
      // A file that is deleted and not yet committed is still listed.
      cpSync(join(ROOT, file), target, { force: true, errorOnExist: false, recursive: true });
    }
    symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
    const workspace = new Workspace(folder);
    await workspace.runGit('init', '--quiet', '--initial-branch=main');
    await workspace.runGit('config', 'user.name', 'e2e');
    await workspace.runGit('config', 'user.email', 'e2e@localhost');
    await workspace.runGit('config', 'commit.gpgsign', 'false');
    await workspace.runGit('remote', 'add', 'origin', pushUrl);
    workspace.editYaml('environments/base.yaml', (base) => base.setIn(['repository', 'url'], url));
    // A base is a commit of the history that stays behind; here every stage shows what this checkout renders.
    for (const name of readdirSync(join(folder, 'environments')).filter((one) => one.endsWith('.yaml'))) {
      const file = `environments/${name}`;
      workspace.write(file, workspace.read(file).replace(/^base: .*\n/m, ''));
    }
    return workspace;
  }

  read(file: string): string {
    return readFileSync(join(this.folder, file), 'utf8');
  }

  write(file: string, text: string): void {
    mkdirSync(dirname(join(this.folder, file)), { recursive: true });
    writeFileSync(join(this.folder, file), text);
  }

  remove(file: string): void {
    rmSync(join(this.folder, file), { recursive: true });
  }

  /** Replaces text that must occur exactly once. */
  replace(file: string, from: string | RegExp, to: string): void {
    const text = this.read(file);
    const parts = text.split(from).length;
    if (parts !== 2) throw new Error(`${file} holds ${String(from)} ${parts - 1} times, not once`);
    this.write(
      file,
      text.replace(from, () => to),
    );
  }

  /** Edits a YAML file and leaves its comments where they are. */
  editYaml(file: string, edit: (document: Document) => void): void {
    const document = parseDocument(this.read(file));
    edit(document);
    this.write(file, document.toString({ lineWidth: 0 }));
  }

  /** `stageline` with these arguments. @throws CommandFailed with what it said */
  stageline(...args: string[]): Promise<string> {
    return run(process.execPath, [join(this.folder, 'bin/stageline.js'), ...args], {
      cwd: this.folder,
      env: { PATH: process.env.PATH, HOME: process.env.HOME, NO_COLOR: '1' },
    });
  }

  /** Commits everything and pushes it. @returns the commit */
  async push(message: string): Promise<string> {
    await this.runGit('add', '--all');
    await this.runGit('commit', '--quiet', '--allow-empty', '--message', message);
    await this.runGit('push', '--quiet', '--set-upstream', 'origin', 'HEAD:main');
    return (await this.runGit('rev-parse', 'HEAD')).trim();
  }

  /** Synthesises, commits and pushes. @returns the commit */
  async deliver(message: string): Promise<string> {
    await this.stageline('synth');
    return this.push(message);
  }

  runGit(...args: string[]): Promise<string> {
    return run('git', ['-C', this.folder, ...args], {
      env: { PATH: process.env.PATH, HOME: this.folder, GIT_CONFIG_NOSYSTEM: '1' },
    });
  }

  /** Names of the stages, as dist/ has them. */
  stages(): string[] {
    return readdirSync(join(this.folder, 'dist'), { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && entry.name !== 'argocd')
      .map(({ name }) => name)
      .sort();
  }

  /** Every object in the YAML files of a folder below dist/, those of its subfolders included. */
  objects(folder: string): Live[] {
    return readdirSync(join(this.folder, 'dist', folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.yaml'))
      .sort()
      .flatMap((name) => parseObjects(this.read(join('dist', folder, name))));
  }
}

/** The objects of a manifest, read as Kubernetes does: by YAML 1.1. @throws Error when it is no YAML */
export function parseObjects(text: string): Live[] {
  return parseAllDocuments(text, { version: '1.1' })
    .map((document) => {
      if (document.errors[0]) throw document.errors[0];
      return document.toJS() as Live | null;
    })
    .filter((object) => object !== null);
}

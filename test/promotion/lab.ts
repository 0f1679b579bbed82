import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { editYaml, type ValuePath } from '../../src/config/yaml-edit';
import type { World } from '../../src/promotion';
import { synth } from '../../src/synth/synth';
import { runProgram } from '../../src/git/program';
import { CLEAN_ENV, commitFiles, git, newRepository, scratchFolder, writeFiles } from '../git/scratch';

/** What git and the programs it starts see. */
export const ENV: Record<string, string> = { ...CLEAN_ENV, PATH: process.env['PATH'] ?? '' };

const SHOP = (
  color: string,
): string => `import { appValues, BaseApp, HttpService, values, z, type AppProps, type Construct } from 'stageline';

const shop = appValues({ image: values.imageReference.meta({ promotable: 'image' }) });

export class Shop extends BaseApp<z.output<typeof shop>> {
  static readonly values = shop;

  constructor(scope: Construct, id: string, props: AppProps<z.output<typeof shop>>) {
    super(scope, id, props);
    new HttpService(this, 'shop', {
      image: this.values.image,
      env: { COLOR: '${color}' },
      ports: { http: { containerPort: 8080, servicePort: 80 } },
      resources: { requests: { cpu: '10m', memory: '16Mi' }, limits: { memory: '32Mi' } },
    });
  }
}
`;
const HEAD = '# yaml-language-server: $schema=schema/stage.schema.json\n';

export const FILES: Record<string, string> = {
  '.gitignore': 'node_modules\n.stageline/\n',
  '.gitattributes': '* text=auto eol=lf\n',
  'package.json': '{ "name": "lab", "private": true, "dependencies": { "stageline": "0.1.0" } }\n',
  'src/apps/shop.ts': SHOP('blue'),
  'environments/base.yaml': `# yaml-language-server: $schema=schema/base.schema.json
project: lab
repository:
  url: https://git.example.com/labs/lab.git
  revision: main
clusters:
  lab:
    kubernetes: "1.33"
    provides: [network-policy]
cluster: lab
apps:
  shop:
    image: registry.example.com/shop:1.0.0
  web:
    kind: service
    image: registry.example.com/web:1.0.0
    env:
      LOG_LEVEL: info
    ports:
      http: { containerPort: 8080, servicePort: 80 }
    resources:
      requests: { cpu: 50m, memory: 32Mi }
      limits: { memory: 64Mi }
`,
  'environments/dev.yaml': `${HEAD}apps:\n  web:\n    replicas: 1\n`,
  'environments/staging.yaml': `${HEAD}promotesFrom: dev\n\napps:\n  # Two of them.\n  web:\n    replicas: 2\n`,
  'environments/prod.yaml': `${HEAD}promotesFrom: staging\n\napps:\n  # Three of them.\n  web:\n    replicas: 3\n`,
};

const REPOSITORY = join(__dirname, '../..');

export function linkPackage(dir: string): void {
  mkdirSync(join(dir, 'node_modules'), { recursive: true });
  if (!existsSync(join(dir, 'node_modules/stageline')))
    symlinkSync(REPOSITORY, join(dir, 'node_modules/stageline'));
}

/** The image of the app `web`, as `setImage` takes it. */
export const WEB = (tag: string): ReadonlyMap<string, string> =>
  new Map([['web', `registry.example.com/web:${tag}`]]);

/** How it ended: `done`, or the exit code and the codes of the problems, with commas between. */
export const code = (run: Promise<unknown>): Promise<unknown> =>
  run.then(
    () => 'done',
    (error: { exitCode?: number; problems?: readonly { code: string }[] }) => [
      error.exitCode,
      error.problems?.map((problem) => problem.code).join() ?? String(error),
    ],
  );

export interface Run {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the command line, in a process of its own as its users do, and not where the rest of the tests are. */
export function stageline(dir: string, ...args: string[]): Promise<Run> {
  return runProgram(process.execPath, [join(REPOSITORY, 'bin/stageline.js'), ...args], {
    cwd: dir,
    env: { ...ENV, TZ: 'Asia/Tokyo' },
  });
}

let template: Promise<string> | undefined;

async function makeTemplate(): Promise<string> {
  const dir = newRepository();
  linkPackage(dir);
  writeFiles(dir, FILES);
  await synthAndCommit(dir, 'begin');
  return dir;
}

/** A repository with three stages, rendered and committed. */
export async function newLab(): Promise<string> {
  const dir = join(scratchFolder(), 'lab');
  cpSync(await (template ??= makeTemplate()), dir, { recursive: true, verbatimSymlinks: true });
  return dir;
}

/** Changes the construct: everything that follows the working tree renders anew. */
export const recolor = (color: string): Record<string, string> => ({ 'src/apps/shop.ts': SHOP(color) });

export function edit(dir: string, stage: string, path: ValuePath, value: unknown): void {
  const file = `environments/${stage}.yaml`;
  const text = readFileSync(join(dir, file), 'utf8');
  writeFiles(dir, { [file]: editYaml(text, [{ path, value }], file) });
}

/** Renders and commits, as a person does. */
export async function synthAndCommit(dir: string, message = 'change'): Promise<string> {
  const { code, stderr } = await stageline(dir, 'synth');
  if (code !== 0) throw new Error(stderr);
  return commitFiles(dir, {}, message);
}

export const head = (dir: string): string => git(dir, 'rev-parse', 'HEAD');

/** The manifests of a stage in the working tree, by file. */
export function manifests(dir: string, stage: string): Record<string, string> {
  const folder = join(dir, 'dist', stage);
  const files = existsSync(folder) ? readdirSync(folder).filter((file) => file.endsWith('.yaml')) : [];
  return Object.fromEntries(files.sort().map((file) => [file, readFileSync(join(folder, file), 'utf8')]));
}

const { 'src/apps/shop.ts': _, ...WITHOUT_CLASS } = FILES;

/** Stages whose apps are YAML only, so that a test renders them in its own process. */
export const YAML_FILES: Record<string, string> = {
  ...WITHOUT_CLASS,
  'environments/base.yaml': FILES['environments/base.yaml']!.replace(
    '  shop:\n    image: registry.example.com/shop:1.0.0\n',
    `  shop:
    kind: worker
    image: registry.example.com/shop:1.0.0
    env:
      COLOR: blue
    resources:
      requests: { cpu: 50m, memory: 32Mi }
      limits: { memory: 64Mi }
`,
  ),
};

let yamlTemplate: Promise<string> | undefined;

async function makeYamlTemplate(): Promise<string> {
  const dir = newRepository();
  linkPackage(dir);
  writeFiles(dir, YAML_FILES);
  await synth({ root: dir, env: ENV });
  commitFiles(dir, {}, 'begin');
  return dir;
}

/** A repository with three stages of YAML apps, rendered and committed. */
export async function newYamlLab(): Promise<string> {
  const dir = join(scratchFolder(), 'lab');
  cpSync(await (yamlTemplate ??= makeYamlTemplate()), dir, { recursive: true, verbatimSymlinks: true });
  return dir;
}

/** Edits, renders in this process, and commits. */
export async function change(dir: string, stage: string, path: ValuePath, value: unknown): Promise<string> {
  edit(dir, stage, path, value);
  await synth({ root: dir, env: ENV });
  return commitFiles(dir, {}, `change ${stage}`);
}

export function worldAt(dir: string, more: Partial<World> = {}): World {
  return { root: dir, env: ENV, now: () => new Date(), ...more };
}

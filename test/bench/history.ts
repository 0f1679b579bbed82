import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { appName, stageName, type Size } from './repository';

/** One change of a stage in so many: the first changes all the time, the last seldom. */
const EVERY = [1, 10, 100];

/**
 * Makes a Git repository of environments/ and dist/, with a history of so many commits. Each changes one value of one app
 * in a stage, and what is rendered from it, or takes that back; the last leaves all as it lies in the folder.
 */
export function writeHistory(root: string, { stages }: Size, commits: number): void {
  const git = (args: readonly string[], input?: string): void => {
    execFileSync('git', ['-c', 'core.autocrlf=false', ...args], { cwd: root, input, maxBuffer: 1 << 30 });
  };
  git(['init', '--quiet', '--initial-branch=main']);
  for (const [key, value] of Object.entries({
    'user.name': 'bench',
    'user.email': 'bench@example.com',
    'gc.auto': '0',
  }))
    git(['config', key, value]);
  git(['add', 'environments', 'dist']);
  git(['commit', '--quiet', '--message=feat: everything']);
  git(['fast-import', '--quiet'], [...blobsOf(root, stages), ...commitsOf(stages, commits)].join(''));
  git(['reset', '--quiet', '--mixed']);
}

/** Pins every stage but the first to the last commit, and lets the program that runs be the one of that commit. */
export function pinStages(root: string, { stages }: Size, program: string): void {
  mkdirSync(join(root, 'node_modules'));
  symlinkSync(program, join(root, 'node_modules/stageline'), 'dir');
  const base = execFileSync('git', ['rev-parse', 'HEAD'], { cwd: root, encoding: 'utf8' });
  for (let stage = 1; stage < stages; stage++) {
    const path = join(root, 'environments', `${stageName(stage)}.yaml`);
    writeFileSync(path, `base: ${base}${readFileSync(path, 'utf8')}`);
  }
}

const data = (text: string): string => `data ${Buffer.byteLength(text)}\n${text}\n`;

/** What a change of one value touches, by its path: as it is, and as it is for a while. */
function pairsOf(root: string, stage: number): [string, string, string][] {
  const name = stageName(stage);
  const edit = (path: string, from: RegExp, to: string): [string, string, string] => {
    const text = readFileSync(join(root, path), 'utf8');
    return [path, text, text.replace(from, to)];
  };
  return [
    edit(`environments/${name}.yaml`, /(app-0000: .*minReplicas: )\d+/, '$18'),
    edit(`dist/${name}/${appName(0)}.yaml`, /minReplicas: \d+/, 'minReplicas: 8'),
    edit(`dist/${name}/stageline.lock`, /("app-0000.yaml": ")[0-9a-f]{8}/, '$1deadbeef'),
  ];
}

const markOf = (stage: number, file: number, changed: boolean): number =>
  1 + stage * 6 + file * 2 + Number(changed);

function blobsOf(root: string, stages: number): string[] {
  return Array.from({ length: stages }, (_, stage) =>
    pairsOf(root, stage).flatMap(([, before, after], file) => [
      `blob\nmark :${markOf(stage, file, false)}\n${data(before)}`,
      `blob\nmark :${markOf(stage, file, true)}\n${data(after)}`,
    ]),
  ).flat();
}

function commitsOf(stages: number, commits: number): string[] {
  const changed = new Array<boolean>(stages).fill(false);
  const files = ['environments/NAME.yaml', `dist/NAME/${appName(0)}.yaml`, 'dist/NAME/stageline.lock'];
  const all = changed.map((_, stage) => stage);
  const start = Math.floor(Date.now() / 1000) - commits * 600;
  return Array.from({ length: commits }, (_, i) => {
    const due = EVERY.findLastIndex((every, stage) => stage < stages && (i + 1) % every === 0);
    changed[due] = !changed[due];
    if (i === commits - 1) changed.fill(false);
    const changes = (i === commits - 1 ? all : [due]).flatMap((stage) =>
      files.map((path, file) => {
        const mark = markOf(stage, file, changed[stage]!);
        return `M 100644 :${mark} ${path.replace('NAME', stageName(stage))}\n`;
      }),
    );
    const by = `committer bench <bench@example.com> ${start + i * 600} +0000\n`;
    const from = i === 0 ? 'from refs/heads/main^0\n' : '';
    return `commit refs/heads/main\n${by}${data(`set(${stageName(due)}): ${i}`)}${from}${changes.join('')}\n`;
  });
}

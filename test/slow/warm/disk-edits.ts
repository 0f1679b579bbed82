import { existsSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pinnedInputs } from '../../../src/synth/pins/pins';
import { pick, type Random } from './edits';
import { filesOf, type Model } from './model';
import { filesBelow, KEPT, writeTo } from './tree';

/** What becomes of a file that somebody touched. */
const DAMAGE: Readonly<Record<string, (text: Buffer) => Buffer | undefined>> = {
  deleted: () => undefined,
  edited: (text) => Buffer.concat([text, Buffer.from('# mine\n')]),
  'with CRLF': (text) => Buffer.from(text.toString().replaceAll('\n', '\r\n')),
  'with a byte order mark': (text) => Buffer.concat([Buffer.from('\ufeff'), text]),
  'cut short': (text) => text.subarray(0, text.length / 2),
  'with two letters swapped': (text) => {
    const at = text.length >> 1;
    const swapped = [text.subarray(at + 1, at + 2), text.subarray(at, at + 1)];
    return Buffer.concat([text.subarray(0, at), ...swapped, text.subarray(at + 2)]);
  },
  empty: () => Buffer.from(''),
  'without its first line': (text) => text.subarray(text.indexOf('\n') + 1),
  'with a bit flipped': (text) => {
    const copy = Buffer.from(text);
    if (copy.length > 0) copy[copy.length >> 1]! ^= 1;
    return copy;
  },
};

/** How it is written: its size and times may be as they were. */
const WRITING: Readonly<Record<string, (path: string, content: Buffer) => void>> = {
  '': (path, content) => writeFileSync(path, content),
  ', its time set back': (path, content) => {
    const { atime, mtime } = statSync(path);
    writeFileSync(path, content);
    utimesSync(path, atime, mtime);
  },
  ', as another file of the same time': (path, content) => {
    const { atime, mtime } = statSync(path);
    writeFileSync(`${path}.new`, content);
    utimesSync(`${path}.new`, atime, mtime);
    renameSync(`${path}.new`, path);
  },
};

function damage(root: string, path: string, random: Random): string {
  const how = pick(Object.keys(DAMAGE), random);
  const content = DAMAGE[how]!(readFileSync(join(root, path)));
  if (!content) {
    rmSync(join(root, path));
    return `${path} ${how}`;
  }
  const way = pick(Object.keys(WRITING), random);
  WRITING[way]!(join(root, path), content);
  return `${path} ${how}${way}`;
}

/** Touches dist/ by hand. */
export function editDist(root: string, random: Random): string {
  const paths = Object.keys(filesBelow(root, (path) => path.startsWith('dist/')));
  const way = random();
  if (way < 0.06 || paths.length === 0) {
    rmSync(join(root, 'dist'), { recursive: true, force: true });
    return 'dist/ deleted';
  }
  if (way < 0.2) {
    const added = pick(
      [
        'dist/README.md',
        'dist/mine/a.yaml',
        'dist/dev/mine.yaml',
        'dist/dev/web2.yaml',
        'dist/argocd/x.yaml',
      ],
      random,
    );
    writeTo(root, added, pick(['mine\n', readFileSync(join(root, pick(paths, random)), 'utf8')], random));
    return `${added} added`;
  }
  if (way < 0.3) {
    const folder = pick(paths, random).split('/').slice(0, 2).join('/');
    rmSync(join(root, folder), { recursive: true });
    return `${folder} deleted`;
  }
  const locks = paths.filter((path) => path.endsWith('.lock'));
  return damage(root, pick(way < 0.5 && locks.length > 0 ? locks : paths, random), random);
}

/** Touches what is kept between runs. */
export function editKept(root: string, random: Random): string {
  const paths = Object.keys(filesBelow(root, (path) => path.startsWith(KEPT)));
  if (paths.length === 0 || random() < 0.3) {
    rmSync(join(root, KEPT), { recursive: true, force: true });
    return 'what is kept deleted';
  }
  return damage(root, pick(paths, random), random);
}

const BASE = 'a'.repeat(40);

/** Pins a stage to what it has in dist/, as if that had been rendered from a revision. */
export function pin(root: string, model: Model, random: Random): string {
  const name = pick(Object.keys(model.stages), random);
  const stage = model.stages[name]!;
  const path = `dist/${name}/stageline.lock`;
  if (stage['base'] !== undefined || !existsSync(join(root, path))) {
    delete stage['base'];
    return `${name} follows`;
  }
  stage['base'] = BASE;
  const files = filesOf(model);
  const inputs = pinnedInputs(files[`environments/${name}.yaml`]!, files['environments/base.yaml']!);
  try {
    const lock = JSON.parse(readFileSync(join(root, path), 'utf8')) as object;
    writeFileSync(join(root, path), `${JSON.stringify({ ...lock, base: BASE, inputs }, null, 2)}\n`);
  } catch {
    // Somebody damaged it: then it is no pin.
  }
  return `${name} is pinned`;
}

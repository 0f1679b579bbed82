/**
 * What no generator that writes these files can beat, run as a process of its own: `floor.ts <root> floor` serialises
 * and writes the objects that dist/ holds, and `floor.ts <root> js-yaml` does it with the fastest serialiser that is
 * published, in other bytes; `floor.ts <root> hash` reads and hashes all inputs and outputs;
 * `floor.ts <root> one-app` builds and writes them with plain cdk8s, all charts in one App. Prints seconds of CPU, and of the clock.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { ApiObject, App, Chart, YamlOutputType } from 'cdk8s';
import { dump } from 'js-yaml';
import { emitFile } from '../../src/manifests/emit';
import { readManifests } from '../../src/manifests/read';
import type { RenderedFile } from '../../src/model/rendered';

const [root = '', what = 'floor'] = process.argv.slice(2);
const pathsBelow = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();

function files(): RenderedFile[] {
  const dist = join(root, 'dist');
  return pathsBelow(dist)
    .filter((path) => path.endsWith('.yaml'))
    .map((path) => {
      const text = readFileSync(path, 'utf8');
      const source = /from (.*)\. Do not edit/.exec(text)![1]!;
      const name = path.slice(dist.length + 1);
      return { path: name, source, at: { file: name }, objects: readManifests(text, name) };
    });
}

const byJsYaml = ({ objects }: RenderedFile): string =>
  objects.map((object) => dump(object, { lineWidth: -1, noRefs: true })).join('---\n');

/** Seconds of CPU, and of the clock. */
function seconds(work: () => void): string {
  const [start, begun] = [process.cpuUsage(), performance.now()];
  work();
  const { user, system } = process.cpuUsage(start);
  return `${(user + system) / 1e6} ${(performance.now() - begun) / 1000}`;
}

const target = mkdtempSync(join(tmpdir(), 'stageline-floor-'));
try {
  if (what === 'hash') {
    const hash = (path: string): string => createHash('sha256').update(readFileSync(path)).digest('hex');
    console.log(seconds(() => ['environments', 'dist'].flatMap((f) => pathsBelow(join(root, f)).map(hash))));
  } else if (what === 'one-app') {
    const all = files();
    const work = (): void => {
      const app = new App({ outdir: target, yamlOutputType: YamlOutputType.FILE_PER_CHART });
      for (const { path, objects } of all) {
        const chart = new Chart(app, path.replace(/\W/g, '-'));
        for (const [i, object] of objects.entries()) new ApiObject(chart, String(i), { ...object });
      }
      app.synth();
    };
    console.log(seconds(work));
  } else {
    const all = files();
    for (const folder of new Set(all.map(({ path }) => dirname(path))))
      mkdirSync(join(target, folder), { recursive: true });
    const serialise = what === 'js-yaml' ? byJsYaml : emitFile;
    console.log(
      seconds(() => all.forEach((file) => writeFileSync(join(target, file.path), serialise(file)))),
    );
  }
} finally {
  rmSync(target, { recursive: true, force: true });
}

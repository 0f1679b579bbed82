import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { formatLock, readLock, sha256 } from '../../src/manifests/publish';
import { UserError } from '../../src/model/errors';
import { pinnedInputs } from '../../src/synth/pins/pins';
import { prepare } from '../../src/synth/prepare';
import { synth } from '../../src/synth/synth';
import { writeRepository } from '../bench/repository';

const BASE = 'abcdef1234'.repeat(4);
const STAGE = 'stage-1';
let root: string;

/** A stage that is pinned, whose lock says that nothing has changed since it was rendered: no Git is asked. */
beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), 'pins-'));
  writeRepository(root, { apps: 4, stages: 2 });
  await run();
  const [file, baseFile] = [`${STAGE}.yaml`, 'base.yaml'].map((name) => join(root, 'environments', name));
  const text = readFileSync(file!, 'utf8').replace('\napps:', `\nbase: ${BASE}\napps:`);
  writeFileSync(file!, text);
  writeLock({ base: BASE, inputs: pinnedInputs(text, readFileSync(baseFile!, 'utf8')) });
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const run = () => synth({ root, env: {} });
const inDist = (path: string): string => join(root, 'dist', STAGE, path);

function writeLock(changes: Partial<Parameters<typeof formatLock>[0]>): void {
  writeFileSync(inDist('stageline.lock'), formatLock({ ...readLock(root, STAGE)!, ...changes }));
}

/** As if its revision had rendered something else. */
function rendered(path: string, from: string, to: string): void {
  const before = readFileSync(inDist(path), 'utf8');
  const after = before.replace(from, to);
  expect(after).not.toBe(before);
  writeFileSync(inDist(path), after);
  writeLock({ files: { ...readLock(root, STAGE)!.files, [path]: sha256(after) } });
}

const problemsOf = async (): Promise<readonly string[]> => {
  try {
    await run();
    return [];
  } catch (error) {
    return (error as UserError).problems.map(({ cause }) => cause);
  }
};

describe('what a pinned stage deploys', () => {
  test('is looked at once, and is the same when it is known', async () => {
    const first = await prepare({ root, env: {} });
    first.cache.save();
    const second = await prepare({ root, env: {} });
    const anew = await prepare({ root, env: {}, cache: false });
    for (const { stages, outputs } of [first, second, anew]) {
      const stage = stages.find(({ name }) => name === STAGE)!;
      expect(stage.files.every(({ proven }) => proven !== undefined)).toBe(true);
      expect(stage.files.map(({ objects }) => objects)).toEqual(
        anew.stages.find(({ name }) => name === STAGE)!.files.map(({ objects }) => objects),
      );
      expect(outputs.map(({ name, inputs }) => [name, inputs])).toEqual(
        anew.outputs.map(({ name, inputs }) => [name, inputs]),
      );
    }
    expect(second.repository.environments[1]!.namespaces).toEqual(
      anew.repository.environments[1]!.namespaces,
    );
  });

  test('is refused in each run while it breaks a rule of today', async () => {
    await run();
    rendered('app-0002.yaml', 'averageUtilization: 70', 'averageUtilization: much');
    const problems = await problemsOf();
    expect(problems).toEqual([expect.stringContaining('averageUtilization')]);
    expect(await problemsOf()).toEqual(problems);
    rendered('app-0002.yaml', 'averageUtilization: much', 'averageUtilization: 70');
    expect(await problemsOf()).toEqual([]);
  });

  test('is judged by what the stage says today, although the file is known', async () => {
    const demand = (level: string): void => {
      const file = join(root, 'environments', `${STAGE}.yaml`);
      const text = readFileSync(file, 'utf8').replace(
        /\n(podSecurity: \w+\n)?apps:/,
        `\npodSecurity: ${level}\napps:`,
      );
      writeFileSync(file, text);
      const base = readFileSync(join(root, 'environments/base.yaml'), 'utf8');
      writeLock({ inputs: pinnedInputs(text, base) });
    };
    demand('privileged');
    rendered('app-0002.yaml', 'runAsNonRoot: true', 'runAsNonRoot: false');
    expect(await problemsOf()).toEqual([]);
    demand('restricted');
    expect((await problemsOf()).join('\n')).toContain('runAsNonRoot');
    demand('privileged');
    expect(await problemsOf()).toEqual([]);
  });

  test('is counted, also where nothing of it is read', async () => {
    await run();
    const { stages } = await run();
    const again = await synth({ root, env: {}, cache: false });
    expect(stages).toEqual(again.stages);
  });
});

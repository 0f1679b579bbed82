import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type * as publishModule from '../../src/manifests/publish';
import { synth } from '../../src/synth/synth';
import { edit, filesIn, path, read, root } from './unchanged-lab';

/** What another process does between what a run found and what it writes: once, or each time. */
let meanwhile: (() => void) | undefined;
jest.mock('../../src/manifests/publish', () => {
  const real = jest.requireActual<typeof publishModule>('../../src/manifests/publish');
  const publish = (options: publishModule.PublishOptions) => {
    meanwhile?.();
    return real.publish(options);
  };
  return { ...real, publish };
});
afterEach(() => (meanwhile = undefined));

const program = join(__dirname, '../../bin/stageline.js');
const anotherRun = (): string =>
  execFileSync(process.execPath, [program, 'synth'], {
    cwd: root,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
const once = (act: () => void) => (): void => {
  meanwhile = undefined;
  act();
};
const run = (dryRun = false) => synth({ root, env: {}, dryRun });

test('what two runs do at once, one of them says, and the other that there was nothing to do', async () => {
  await run();
  edit('environments/stage-1.yaml', 'minReplicas: 3', 'minReplicas: 4');
  const { text } = await run(true);
  let other = '';
  meanwhile = once(() => (other = anotherRun()));
  const { text: said, files } = await run();
  expect(other.trimEnd()).toBe(text);
  expect(text).toMatch(/^stage-1 +\d+ objects {2}\+0 ~1 -0$/m);
  expect(said).toBe(text.replace('~1', '~0'));
  expect(files).toEqual([]);
});

test('the first of two runs of a repository without dist/ has all to say, and the second nothing', async () => {
  meanwhile = once(anotherRun);
  const { stages, delivery } = await run();
  for (const each of [...stages, delivery])
    expect(each).toMatchObject({ added: [], changed: [], removed: [] });
});

test('a run that began earlier does not take back what a later one wrote', async () => {
  await run();
  edit('environments/stage-1.yaml', 'minReplicas: 3', 'minReplicas: 4');
  meanwhile = once(() => {
    edit('environments/stage-1.yaml', 'minReplicas: 4', 'minReplicas: 5');
    edit('environments/stage-2.yaml', 'minReplicas: 4', 'minReplicas: 6');
    anotherRun();
  });
  const { text } = await run();
  expect(text).not.toMatch(/~[1-9]/);
  const before = filesIn(path('dist'));
  rmSync(path('dist'), { recursive: true });
  await run();
  expect(before).toEqual(filesIn(path('dist')));
  expect(read('dist/stage-1/app-0000.yaml')).toContain('minReplicas: 5');
});

test('a run that somebody else outruns time and again gives up, and says so', async () => {
  await run();
  edit('environments/stage-1.yaml', 'minReplicas: 3', 'minReplicas: 4');
  let replicas = 4;
  meanwhile = () => {
    edit('environments/stage-1.yaml', `minReplicas: ${replicas}`, `minReplicas: ${(replicas += 1)}`);
    anotherRun();
  };
  await expect(run()).rejects.toThrow(
    /"dist\/stage-1" was changed by somebody else meanwhile.*\[dist-changed\]/s,
  );
  expect(replicas).toBe(7);
});

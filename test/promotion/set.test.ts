import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { hold, setImage, setValues, unsetValues, type Outcome } from '../../src/promotion';
import { parseAppPath } from '../../src/promotion/app-path';
import { commitFiles, git, removeScratch } from '../git/scratch';
import { change, code, manifests, newYamlLab, stageline, worldAt } from './lab';

afterAll(removeScratch);

const stageFile = (dir: string, stage: string): string =>
  readFileSync(join(dir, `environments/${stage}.yaml`), 'utf8');
const set = (dir: string, path: string, value: string, stage = 'dev'): Promise<Outcome> =>
  setValues(worldAt(dir), { stage, values: [[path, value]] });
const unset = (dir: string, ...paths: string[]): Promise<Outcome> =>
  unsetValues(worldAt(dir), { stage: 'dev', paths });
const problems = (run: Promise<unknown>): Promise<string> =>
  run.then(
    () => 'done',
    (error: Error) => error.message,
  );

describe('a value goes', () => {
  test('null removes what base.yaml has, and takes away what only the stage has', async () => {
    const dir = await newYamlLab();
    const outcome = await set(dir, 'web.env.LOG_LEVEL', 'null');
    expect(outcome.proposal?.lines).toEqual(['web.env.LOG_LEVEL: info → (none)']);
    expect(stageFile(dir, 'dev')).toContain('LOG_LEVEL: null\n');
    expect(manifests(dir, 'dev')['web.yaml']).not.toContain('LOG_LEVEL');
    await set(dir, 'web.env.OWN', 'x');
    await set(dir, 'web.env.OWN', 'null');
    expect(stageFile(dir, 'dev')).not.toContain('OWN');
    await set(dir, 'web.env.LOG_LEVEL', 'warn');
    expect(manifests(dir, 'dev')['web.yaml']).toContain('value: warn');
  });

  test('a value that is not there is none already, and a name near it is told', async () => {
    const dir = await newYamlLab();
    const told: string[] = [];
    const world = worldAt(dir, { tell: (text) => told.push(text) });
    const values = [['web.env.LOG_LEVL', 'null']] as const;
    expect(await setValues(world, { stage: 'dev', values })).toEqual({ pushed: false });
    await set(dir, 'web.env.LOG_LEVEL', 'null');
    expect(await set(dir, 'web.env.LOG_LEVEL', 'null')).toEqual({ pushed: false });
    expect(await unsetValues(world, { stage: 'dev', paths: ['web.replcas'] })).toEqual({ pushed: false });
    expect(told).toEqual([
      'web.env.LOG_LEVL is not there. Did you mean "LOG_LEVEL"?',
      'web.replcas is not there. Did you mean "replicas"?',
    ]);
  });

  test('unset takes the own value of a stage away, null too, and that of base.yaml counts again', async () => {
    const dir = await newYamlLab();
    const before = stageFile(dir, 'dev');
    await setValues(worldAt(dir), {
      stage: 'dev',
      values: [
        ['web.env', '{ LOG_LEVEL: null, OWN: x }'],
        ['shop.env.COLOR', 'red'],
      ],
    });
    const { proposal } = await unset(dir, 'web.env.LOG_LEVEL', 'web.env', 'shop.env.COLOR');
    expect(proposal?.lines).toEqual([
      'web.env.LOG_LEVEL: (none) → info',
      'web.env: {"OWN":"x"} → {"LOG_LEVEL":"info"}',
      'shop.env.COLOR: red → blue',
    ]);
    expect(stageFile(dir, 'dev').replace(/ {2}shop:\n {4}env: \{\}\n/, '')).toBe(before);
    expect(manifests(dir, 'dev')['web.yaml']).toContain('value: info');
    expect(await unset(dir, 'web.env', 'web.image')).toEqual({ pushed: false });
  });

  test('a map is laid over that of base.yaml, and the plan says what comes of it', async () => {
    const dir = await newYamlLab();
    const { proposal } = await set(dir, 'web.env', '{ OWN: x }');
    expect(proposal?.lines).toEqual(['web.env: {"LOG_LEVEL":"info"} → {"LOG_LEVEL":"info","OWN":"x"}']);
    expect(await set(dir, 'web.env', '{ OWN: x, LOG_LEVEL: info }')).toEqual({ pushed: false });
  });

  test('an app that the stage removed is not brought back, with all the others, by one of its values', async () => {
    const dir = await newYamlLab();
    commitFiles(dir, { 'environments/dev.yaml': 'apps: null\n' }, 'none');
    expect(await problems(set(dir, 'web.image', 'a:2'))).toMatch(
      /stage dev has no app "web" .*\n.*It has none\./,
    );
  });

  test('what the schema wants stays, and so does a whole app', async () => {
    const dir = await newYamlLab();
    expect(await code(set(dir, 'web.image', 'null'))).toEqual([1, 'missing-key']);
    expect(await problems(set(dir, 'web', 'null'))).toMatch(/leaves a stage by hand, as "<app>: null"/);
    expect(await code(unset(dir, 'web'))).toEqual([1, 'set-path']);
    expect(await code(unset(dir, 'wbe.image'))).toEqual([1, 'unknown-app']);
    expect(git(dir, 'status', '--porcelain')).toBe('');
  });

  test('an empty text is a text, and takes nothing away', async () => {
    const dir = await newYamlLab();
    expect(await code(set(dir, 'web.replicas', ''))).toEqual([1, 'wrong-type']);
    await set(dir, 'web.env.LOG_LEVEL', '');
    expect(stageFile(dir, 'dev')).toContain('LOG_LEVEL: ""');
  });
});

describe('a key that holds a dot', () => {
  test('stands in brackets and quotes, as messages write it', () => {
    const dotted = { app: 'web', path: ['files', '/etc/app.properties', 'content'] };
    expect(parseAppPath('web.files["/etc/app.properties"].content')).toEqual(dotted);
    expect(parseAppPath(`web.files['/etc/app.properties']["content"]`)).toEqual(dotted);
    expect(parseAppPath('web.podAnnotations.plain/key')).toEqual({
      app: 'web',
      path: ['podAnnotations', 'plain/key'],
    });
  });

  test.each([
    '',
    'web',
    '.web.env',
    'web.',
    'web..env',
    'web.a\\.b',
    'web.args[0]',
    'web["a',
    'web[""]',
    'web."a.b"',
  ])('%j is no path', (text) => {
    expect(() => parseAppPath(text)).toThrow(/\[set-path\]/);
  });

  test('is set, promoted and removed by the command line', async () => {
    const dir = await newYamlLab();
    const key = `web.podAnnotations["example.com/a"]`;
    const run = await stageline(dir, 'set', 'dev', `${key}=c=d`, `web.files['/etc/app.properties']=a=b`);
    expect(run.stdout).toContain(`  ${key}: (none) → c=d\n`);
    expect(manifests(dir, 'dev')['web.yaml']).toContain('example.com/a: c=d');
    expect(manifests(dir, 'dev')['web.yaml']).toContain('app.properties: a=b');
    expect((await stageline(dir, 'unset', 'dev', key)).code).toBe(0);
    expect(manifests(dir, 'dev')['web.yaml']).not.toContain('example.com/a');
    const promoted = await stageline(dir, 'promote', '--to', 'staging');
    expect(promoted.stdout).toContain('config web.files["/etc/app.properties"]: (none) → a=b');
  });

  test('without them is answered with how to write it', async () => {
    const dir = await newYamlLab();
    await change(dir, 'dev', ['apps', 'web', 'files'], { '/etc/app.properties': 'a=b' });
    expect(await problems(set(dir, 'web.files./etc/app.properties', 'a=c'))).toContain(
      `→ write 'web.files["/etc/app.properties"]'`,
    );
    const fresh = await problems(set(dir, 'web.podAnnotations.example.com/scrape', 'yes'));
    expect(fresh).toContain(`→ write app.path; a key that holds a dot in brackets and quotes`);
    // Where it is no such key, the hint of the schema stands alone.
    expect(await problems(set(dir, 'web.replcas', '2'))).toMatch(/→ Did you mean "replicas"\?$/);
  });
});

describe('what is wrong with a file that was not written', () => {
  test('is told without a line, which no file has', async () => {
    const dir = await newYamlLab();
    const nothing = 'Nothing was changed: the file would be so after this command.';
    expect(await problems(set(dir, 'web.replcas', '2'))).toBe(
      `environments/dev.yaml: apps.web.replcas is not known here [unknown-key]\n    It would have no effect. ${nothing}\n    → Did you mean "replicas"?`,
    );
    expect(await problems(hold(worldAt(dir), { stage: 'dev', why: '' }))).toBe(
      `environments/dev.yaml: hold is the empty text: must have at least 3 characters [invalid-value]\n    ${nothing}`,
    );
    const image = { stage: 'dev', images: new Map([['web', 'web:latest']]) };
    expect(await problems(setImage(worldAt(dir), image))).toMatch(
      /^environments\/dev\.yaml: apps\.web\.image is/,
    );
  });

  test('is told with its line where the file on disk has the same one', async () => {
    const dir = await newYamlLab();
    commitFiles(dir, {
      'environments/dev.yaml': 'sync: { automatd: true }\napps:\n  web:\n    replicas: 1\n',
    });
    const told = await problems(set(dir, 'web.replicas', 'two'));
    expect(told).toMatch(/^environments\/dev\.yaml: apps\.web\.replicas is "two"/);
    expect(told).toMatch(/\nenvironments\/dev\.yaml:1:9: sync\.automatd is not known here/);
  });
});

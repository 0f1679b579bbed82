import fc from 'fast-check';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { loadRepository } from '../../src/config';
import type { AppClass, Repository } from '../../src/model/environment';
import { appValues, network } from '../../src/model/values/app-shape';
import { UserError } from '../../src/model/errors';
import { Cache } from '../../src/synth/cache';
import { BASE, RESOURCES } from '../support/environments';
import { planted } from '../support/planted';

const RUNS = Number(process.env['MEMORY_RUNS'] ?? 40);
let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'memory-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

type Files = Readonly<Record<string, string>>;

/** A memory that counts what is asked of it. */
class Counting extends Cache {
  asked: string[] = [];
  override get(key: string): unknown {
    this.asked.push(key);
    return super.get(key);
  }
}

/** A memory in which room ran out: one key in eight is no longer known, and which one changes from run to run. */
class Forgetful extends Cache {
  constructor(private readonly digit: number) {
    super(root);
  }
  override has(key: string): boolean {
    return [...key].reduce((sum, char) => sum + char.charCodeAt(0), 0) % 8 !== this.digit && super.has(key);
  }
}

const load = (files: Files, memory?: Cache, classes: readonly AppClass[] = []): Repository =>
  loadRepository({ root, classes, texts: new Map(Object.entries(files)), memory });

const RESULTS = '.stageline/cache/results';
/** What is kept, as it lies on the disk. */
const kept = (): string => (existsSync(join(root, RESULTS)) ? readFileSync(join(root, RESULTS), 'utf8') : '');

/** All that a repository says, with the place of each value; or all that is wrong with it. */
function told(files: Files, memory?: Cache, classes?: readonly AppClass[]): unknown {
  try {
    const { environments, values, warnings, locate } = load(files, memory, classes);
    return {
      values,
      warnings,
      places: pathsOf(values).map((path) => locate!(path)),
      environments: environments.map(({ locate: place, key: _, apps, ...environment }) => ({
        ...environment,
        places: pathsOf(environment.values).map((path) => place(path)),
        apps: apps.map(({ locate: within, key: __, ...app }) => ({
          ...app,
          places: pathsOf(app.values).map((path) => within(path)),
        })),
      })),
    };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return error.problems;
  }
}

function pathsOf(value: unknown, path: readonly PropertyKey[] = []): (readonly PropertyKey[])[] {
  if (typeof value !== 'object' || value === null) return [path];
  const keys = Array.isArray(value) ? [...value.keys()] : Object.keys(value);
  return [
    path,
    ...keys.flatMap((key) => pathsOf((value as Record<PropertyKey, unknown>)[key], [...path, key])),
  ];
}

const SECRET = planted.password();
const SECRETIVE = `env: { PASSWORD: '${SECRET}' }`;
const CIPHERTEXT = 'A'.repeat(320);
const API = `kind: worker, image: shop/api:1.0.0, ${RESOURCES}`;
const SEALED = `{ secrets: { db: { env: { P: p }, sealed: { p: ${CIPHERTEXT} } } } }`;
const lines = (text: string): readonly string[] => text.split('\n').map((line) => line.trim());

/** What a stage may say of itself; and of its apps; all of it by itself fine or not. */
const HEADS = lines(`# a comment
  promotesFrom: dev
  promotesFrom: prod
  promotesFrom: gone
  cluster: other
  cluster: gone
  namespace: shop-x
  limitRange: { max: { memory: 48Mi } }
  podSecurity: baseline
  base: "${'a'.repeat(40)}"
  existing: null
  existing: [Secret/a]
  allowDestructive: [remove Namespace x]
  allowDestructive: { x: y }
  unknown: 1
  images: { x: }
  namespaceLabels: { a: b } # allowSecret: why
  namespaceLabels: { a: null }`);
const WEB = lines(`{ replicas: 2 }
  { replicas: 3 }
  { replicas: two }
  { replicas: null }
  null
  {}
  []
  { network: { to: [api] } }
  { network: { to: [gone] } }
  { network: { to: [web] } }
  { namespace: other }
  { renamedFrom: own }
  { renamedFrom: api }
  { renamedFrom: old }
  { env: { B: b, A: a } }
  { env: { A: 1 } }
  { ${SECRETIVE} }
  { ${SECRETIVE} } # allowSecret: planted
  { ${SECRETIVE} } # allowSecret: planted
  { ${SECRETIVE}, replicas: 3 } # allowSecret: planted
  { env: { PASSWORD: null } }
  { kind: worker }
  { terminationGracePeriodSeconds: -0 }
  { terminationGracePeriodSeconds: .inf }
  { preStop: { sleepSeconds: 40 } }
  { autoscaling: { minReplicas: 2, maxReplicas: 3, cpuUtilization: 9 } }`);
const OTHERS = lines(`api: { ${API} }
  api: { ${API}, network: { to: [web] } }
  api: null
  api: { replicas: 1 }
  api: { image: shop/api:2.0.0 }
  api: { ${SECRETIVE} } # allowSecret: planted
  tool: { size: 3 }
  tool: { size: 3, labels: { password: '${SECRET}' } } # allowSecret: planted
  tool: { size: big, labels: { a: b } }
  tool: { network: { to: [api] } }
  tool: null
  api: { labels: { a: b } }
  Bad: { ${API} }
  constructor: { ${API} }`);

/** One of them, or none. */
const some = (texts: readonly string[]): fc.Arbitrary<string> =>
  fc.oneof(fc.constant(''), fc.constantFrom(...texts));
const stage = fc
  .tuple(
    some(HEADS),
    fc.oneof({ weight: 3, arbitrary: some(WEB) }, { weight: 1, arbitrary: fc.constant(SEALED) }),
    some(OTHERS),
  )
  .map(([head, web, other]) => `${head}\napps:\n  ${web && `web: ${web}`}\n  ${other}\n  own: { ${API} }\n`);
const base = fc
  .tuple(
    fc.constantFrom(
      BASE,
      BASE,
      BASE,
      BASE.replace('[metrics-server]', '[]'),
      BASE.replace('shop\n', 'store\n'),
    ),
    fc.constantFrom(
      '',
      '',
      `  api: { ${API} }\n`,
      `  api: &a { ${API} }\n  copy: *a\n`,
      '  api: { kind: worker }\n',
      '  tool: { size: big }\n',
      `  api: { ${API}, ${SECRETIVE} }\n`,
      `  api: { ${API}, ${SECRETIVE} } # allowSecret: planted\n`,
      `  api: { ${API}, ${SECRETIVE} } # allowSecret: planted\n`,
      `    ${SECRETIVE} # allowSecret: planted\n`,
      `  tool: { size: 2, labels: { password: '${SECRET}' } } # allowSecret: planted\n`,
    ),
    fc.constantFrom('', '', '', '# allowSecret: why\n', 'resourceQuota: { pods: 4 }\n', 'existing:\n'),
  )
  .map(
    ([text, apps, rest]) =>
      text.replace('cluster: main', '  other: { kubernetes: "1.30" }\ncluster: main') + apps + rest,
  );
/** What a file becomes from one run to the next. */
const change = fc.oneof(
  { weight: 1, arbitrary: base.map((text): [string, string] => ['base.yaml', text]) },
  { weight: 4, arbitrary: stage.map((text): [string, string] => ['dev.yaml', text]) },
  { weight: 4, arbitrary: stage.map((text): [string, string] => ['prod.yaml', text]) },
  { weight: 2, arbitrary: fc.constant<[string, string]>(['nothing', '']) },
);

const sized = { size: z.union([z.int(), z.literal('big')]).default(1) };
const tool = (values: z.ZodType): AppClass => ({ name: 'tool', values });
/** The classes of a run, whose schemas may change while no file of environments/ does. */
const CLASSES: readonly (readonly AppClass[])[] = [
  [],
  [tool(appValues(sized))],
  [tool(appValues({ size: z.int().default(2) }))],
  [tool(appValues({ size: z.int() }))],
  [tool(appValues({ ...sized, network: network.transform(() => ({ to: ['web'] })) }))],
  [tool(appValues({ ...sized, network: network.transform(() => ({ to: ['api'] })) }))],
  [tool(appValues({ ...sized, renamedFrom: z.string().default('own') }))],
  [tool(appValues({ ...sized, namespace: z.string().default('other') }))],
  [tool(z.object({ size: z.int() }))],
  [tool(appValues(sized)), { name: 'api', values: appValues({}) }],
];

const classes = fc.oneof(fc.constant(CLASSES[0]!), fc.constant(CLASSES[1]!), fc.constantFrom(...CLASSES));

const START: Files = { 'base.yaml': BASE, 'dev.yaml': 'apps: {}\n', 'prod.yaml': 'namespace: p\n' };

test.each([
  ['what is known of earlier ones', () => new Cache(root)],
  ['what is left of what was known', (run: number) => new Forgetful(run % 8)],
])('whatever changes from run to run, %s leads to what reading all anew does', (_, memoryOf) => {
  fc.assert(
    fc.property(fc.array(fc.tuple(change, classes), { minLength: 1, maxLength: 8 }), (changes) => {
      let files = START;
      for (const [run, [[name, text], apps]] of changes.entries()) {
        if (name in files) files = { ...files, [name]: text };
        const memory = memoryOf(run);
        const [known, anew] = [told(files, memory, apps), told(files, undefined, apps)];
        expect(known).toEqual(anew);
        // The order of keys may have a meaning, too.
        expect(JSON.stringify(known)).toBe(JSON.stringify(anew));
        memory.save();
        expect(kept().includes(SECRET)).toBe(false);
      }
    }),
    { numRuns: RUNS },
  );
});

const FILES: Files = {
  'base.yaml': `${BASE}  api: { ${API} }\n`,
  'dev.yaml': 'apps:\n  web: { replicas: 1 }\n',
  'prod.yaml': 'promotesFrom: dev\napps:\n  web: { replicas: 2 }\n',
};

/** Loads some files, and then others in a run of its own, which is told about what the first one learned. */
function next(first: Files, second: Files): { readonly repository: Repository; readonly memory: Counting } {
  const before = new Cache(root);
  load(first, before);
  before.save();
  const memory = new Counting(root);
  return { repository: load(second, memory), memory };
}
const valuesAsked = (memory: Counting): number =>
  memory.asked.filter((key) => key.endsWith(' values')).length;

test('the values of what did not change are not looked at until somebody asks', () => {
  const { repository, memory } = next(FILES, FILES);
  expect(valuesAsked(memory)).toBe(0);
  expect(repository.environments[1]!.apps[1]!.values).toMatchObject({ replicas: 2 });
  expect(valuesAsked(memory)).toBe(1);
});

test('of a stage that changed, an app that did not is known', () => {
  const changed = { ...FILES, 'prod.yaml': '# two\npromotesFrom: dev\napps:\n  web: { replicas: 4 }\n' };
  const { repository, memory } = next(FILES, changed);
  const [dev, prod] = repository.environments;
  expect(prod!.apps[1]!.values).toMatchObject({ replicas: 4 });
  expect(prod!.apps[1]!.locate([])).toEqual({ file: 'environments/prod.yaml', line: 4, column: 3 });
  expect(valuesAsked(memory)).toBe(0);
  const keys = load(FILES, new Cache(root)).environments.map(({ key, apps }) => [
    key,
    ...apps.map((app) => app.key),
  ]);
  expect([dev!.key, ...dev!.apps.map(({ key }) => key)]).toEqual(keys[0]);
  expect(prod!.apps.map(({ key }, i) => key === keys[1]![i + 1])).toEqual([true, false]);
});

test('an app that is called, and goes from the only stage that had it, is missed in one that did not change', () => {
  const calling = { ...FILES, 'dev.yaml': 'apps: { web: { network: { to: [late] } } }\n' };
  const late = { ...calling, 'prod.yaml': `apps: { late: { ${API} } }\n` };
  const before = new Cache(root);
  load(late, before);
  before.save();
  expect(told(calling, new Cache(root))).toMatchObject([{ code: 'unknown-app', at: { line: 1 } }]);
});

const ALLOWED: Files = {
  ...FILES,
  'base.yaml': `${BASE}    ${SECRETIVE} # allowSecret: an example\n  api: { ${API} }\n`,
  'prod.yaml': `promotesFrom: dev\napps:\n  api: { ${SECRETIVE} } # allowSecret: an example\n`,
};

test('where something is allowed that looks like a credential all is known, and its value is read when somebody asks', () => {
  const { repository, memory } = next(ALLOWED, ALLOWED);
  expect(valuesAsked(memory)).toBe(0);
  for (const [name, file] of [
    ['web', 'environments/base.yaml'],
    ['api', 'environments/prod.yaml'],
  ]) {
    const app = repository.environments[1]!.apps.find((one) => one.name === name)!;
    expect(app.values).toMatchObject({ env: { PASSWORD: SECRET } });
    expect(app.locate(['env'])).toMatchObject({ file });
    expect(app.key).toBeDefined();
  }
  expect(kept().includes(SECRET)).toBe(false);
});

test('of a stage that allows something, an app that did not change is known', () => {
  const text = ALLOWED['prod.yaml']!;
  const { repository } = next(ALLOWED, { ...ALLOWED, 'prod.yaml': `${text}  web: { replicas: 4 }\n` });
  const keys = load(ALLOWED, new Cache(root)).environments.map(({ apps }) => apps.map(({ key }) => key));
  const now = repository.environments.map(({ apps }) => apps.map(({ key }) => key));
  expect(now[0]).toEqual(keys[0]);
  expect(now[1]![0]).toBe(keys[1]![0]);
  expect(now[1]![1]).not.toBe(keys[1]![1]);
});

test.each(['base.yaml', 'prod.yaml'])(
  'what was allowed in %s is not known once the comment is gone',
  (name) => {
    const without = { ...ALLOWED, [name]: ALLOWED[name]!.replace(' # allowSecret: an example', '') };
    expect(next(ALLOWED, without).repository.environments[0]!.key).toBeUndefined();
  },
);

test('what looks like a credential is not kept, be it rendered or not', () => {
  const secret = planted.password();
  const held: readonly Files[] = [
    { 'dev.yaml': `hold: "password=${secret}"\n` },
    { 'dev.yaml': `apps: { web: { env: { PASSWORD: '${secret}' } } }\n` },
    {
      'base.yaml': `${BASE}    env: { PASSWORD: '${secret}' }\n`,
      'dev.yaml': 'apps: { web: { env: { PASSWORD: null } } }\n',
      'prod.yaml': 'apps: { web: null }\n',
    },
  ];
  for (const files of held) {
    const { repository, memory } = next(FILES, { ...FILES, ...files });
    expect(repository.environments[0]!.key).toBeUndefined();
    memory.save();
    expect(kept().includes(secret)).toBe(false);
  }
});

test('what the schema of a class leaves is asked anew, and what did not change beside it is not', () => {
  const apps = (size: number): readonly AppClass[] => [
    { name: 'tool', values: appValues({ size: z.int().default(size) }) },
  ];
  const before = new Cache(root);
  const keys = load(FILES, before, apps(1)).environments.map(({ key }) => key);
  before.save();
  const memory = new Counting(root);
  const [dev, prod] = load(FILES, memory, apps(2)).environments;
  expect(dev!.apps.find(({ name }) => name === 'tool')!.values).toMatchObject({ size: 2 });
  // Those of the class, in each stage.
  expect(valuesAsked(memory)).toBe(2);
  expect(prod!.apps.map(({ name, key }) => [name, key !== undefined])).toEqual([
    ['api', true],
    ['tool', false],
    ['web', true],
  ]);
  expect(dev!.key).not.toBe(keys[0]);
  expect(load(FILES, new Cache(root), apps(1)).environments.map(({ key }) => key)).toEqual(keys);
});

test.each<[string, Files, z.ZodType, z.ZodType]>([
  ['breaks a rule', FILES, appValues(sized), appValues({ renamedFrom: z.string().default('tool') })],
  [
    'does not take what base.yaml says, be it said otherwise in each stage',
    {
      'base.yaml': `${BASE}  tool: { size: big }\n`,
      'dev.yaml': 'apps: { tool: { size: 1 } }\n',
      'prod.yaml': 'apps: { tool: null }\n',
    },
    appValues(sized),
    appValues({ size: z.int() }),
  ],
])('a class that %s is told of, though no file has changed', (_, files, before, after) => {
  const first = new Cache(root);
  expect(told(files, first, [tool(before)])).not.toBeInstanceOf(Array);
  first.save();
  expect(told(files, new Cache(root), [tool(after)])).toMatchObject([{ code: expect.any(String) as string }]);
});

test('an app that becomes a class, or is one no more, is not taken for what it was', () => {
  const files = { ...FILES, 'base.yaml': `${BASE}  tool: { ${API} }\n` };
  const loose = [
    tool(
      appValues({})
        .loose()
        .transform(({ kind: _, ...values }) => values),
    ),
  ];
  for (const classes of [loose, [], loose, []]) {
    const memory = new Cache(root);
    expect(JSON.stringify(told(files, memory, classes))).toBe(
      JSON.stringify(told(files, undefined, classes)),
    );
    memory.save();
  }
});

import { yamlApp } from '../../src/model/values/workloads';
import { planPromotion, type PromotionInput } from '../../src/promotion/plan';
import { promotableValues } from '../../src/promotion/promotable';
import { appsOf, idleNulls, type StageSource } from '../../src/promotion/values';
import { parseValues } from '../../src/config/yaml-edit';

const BASE = `apps:
  web:
    kind: service
    image: web:1
    env: { COLOR: blue, OLD: "1" }
    replicas: 1
`;
const NEW_BASE = BASE.replace('web:1', 'web:2').replace(', OLD: "1"', ', NEW: "1"');
const stage = (name: string, text: string, base?: string, baseText = BASE): StageSource => ({
  name,
  file: `environments/${name}.yaml`,
  text: base === undefined ? text : `base: ${base}\n${text}`,
  values: parseValues(base === undefined ? text : `base: ${base}\n${text}`),
  base,
  baseValues: parseValues(baseText),
});
const plan = (from: StageSource, to: StageSource, more: Partial<PromotionInput> = {}) =>
  planPromotion({ from, to, classes: ['image', 'config', 'base'], schemaOf: () => yamlApp, ...more });
const brief = (p: ReturnType<typeof plan>): string[] =>
  p.changes.map(
    (c) =>
      `${c.class} ${[c.app, ...c.path].filter(Boolean).join('.')}: ${String(c.before)} → ${String(c.after)}`,
  );
const [A, B] = ['a'.repeat(40), 'b'.repeat(40)];

describe('what a schema declares promotable', () => {
  test('is found through defaults, options, maps and helper containers', () => {
    const app = {
      kind: 'service',
      image: 'x:1',
      env: { A: '1', B: '2' },
      replicas: 2,
      sidecars: { proxy: { image: 'p:1', args: ['-v'], resources: {} } },
    };
    expect(promotableValues(yamlApp, [app]).map((v) => `${v.class} ${v.path.join('.')}`)).toEqual([
      'config env.A',
      'config env.B',
      'image image',
      'config sidecars.proxy.args',
      'image sidecars.proxy.image',
    ]);
  });

  test('holds images of a folder of manifests one by one', () => {
    const app = { kind: 'manifests', path: 'x', images: { 'a/b': 'a/b:1' } };
    expect(promotableValues(yamlApp, [app])).toEqual([{ path: ['images', 'a/b'], class: 'image' }]);
  });
});

describe('a promotion', () => {
  const dev = stage('dev', 'apps:\n  web:\n    image: web:3\n    env: { COLOR: red }\n    replicas: 5\n');
  const prod = stage('prod', '# prod\napps:\n  web:\n    replicas: 3 # many\n');

  test('moves images and config, and never what belongs to the stage', () => {
    const result = plan(dev, prod);
    expect(brief(result)).toEqual(['config web.env.COLOR: blue → red', 'image web.image: web:1 → web:3']);
    expect(result.text).toContain('# prod\n');
    expect(result.text).toContain('replicas: 3 # many');
    expect(result.text).not.toContain('replicas: 5');
  });

  test('moves the image without the config, and the config without the image', () => {
    expect(brief(plan(dev, prod, { classes: ['image'] }))).toEqual(['image web.image: web:1 → web:3']);
    expect(brief(plan(dev, prod, { classes: ['config'] }))).toEqual(['config web.env.COLOR: blue → red']);
  });

  test('done twice plans nothing', () => {
    const after = stage('prod', plan(dev, prod).text);
    expect(plan(dev, after)).toMatchObject({ changes: [], edits: [], text: after.text });
  });

  test('moves the base, and what comes with it is not written into the stage', () => {
    const [staging, pinned] = [stage('staging', '{}\n', B, NEW_BASE), stage('prod', '{}\n', A)];
    const newBase = { revision: B, baseValues: parseValues(NEW_BASE) };
    const result = plan(staging, { ...pinned, text: `base: ${A}\n`, values: { base: A } }, { newBase });
    expect(brief(result)).toEqual([`base base: ${A} → ${B}`]);
    expect(result.text).toBe(`base: ${B}\n`);
  });

  test('without the base carries the values of a newer base, and removes what it no longer has', () => {
    const [staging, pinned] = [stage('staging', 'apps: {}\n', B, NEW_BASE), stage('prod', 'apps: {}\n', A)];
    expect(parseValues(plan(staging, pinned, { classes: ['image', 'config'] }).text)).toEqual({
      base: A,
      apps: { web: { image: 'web:2', env: { NEW: '1', OLD: null } } },
    });
  });

  test('takes a null out that the new base has nothing to remove for', () => {
    const prod2 = stage('prod', 'apps:\n  web:\n    env:\n      OLD: null\n', A);
    const newBase = { revision: B, baseValues: parseValues(NEW_BASE) };
    const after = plan(stage('staging', '{}\n', B, NEW_BASE), prod2, { newBase }).text;
    expect(idleNulls(parseValues(after), newBase.baseValues)).toEqual([]);
  });

  test('leaves alone what a stage declares its own, on either side', () => {
    const own = (text: string): string => `own: [web.env]\n${text}`;
    expect(brief(plan(dev, stage('prod', own('{}').replace('{}', 'apps: {}\n'))))).toEqual([
      'image web.image: web:1 → web:3',
    ]);
    expect(brief(plan(stage('dev', own(dev.text)), prod))).toEqual(['image web.image: web:1 → web:3']);
  });

  test('says what it overwrites that the target wrote itself, and keeps what only the target has', () => {
    const mine = stage('prod', 'apps:\n  web:\n    env: { COLOR: green, MINE: "1" }\n');
    const result = plan(dev, mine, { classes: ['config'] });
    expect(result.changes).toMatchObject([{ path: ['env', 'COLOR'], overwrites: true }]);
    expect(appsOf({ values: parseValues(result.text), baseValues: {} })).toMatchObject({
      web: { env: { COLOR: 'red', MINE: '1' } },
    });
  });

  test('names apps that come only with the base', () => {
    const two = stage('dev', 'apps: {}\n', undefined, `${BASE}  api:\n    kind: worker\n    image: api:1\n`);
    expect(plan(two, stage('prod', 'apps: {}\n', A)).missing).toEqual(['api']);
  });
});

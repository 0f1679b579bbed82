import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { formatLock, readLock } from '../../src/manifests/publish';
import { pinnedInputs } from '../../src/synth/pins/pins';
import { prepare } from '../../src/synth/prepare';
import { edit, expectAsAnew, filesIn, leftAlone, path, read, root, run } from './unchanged-lab';

describe('stages that have not changed', () => {
  test('are left alone while another one changes', async () => {
    await run();
    expect(leftAlone()).toEqual(['stage-0', 'stage-1', 'stage-2']);
    edit('environments/stage-1.yaml', 'minReplicas: 3', 'minReplicas: 4');
    expect(leftAlone()).toEqual(['stage-0', 'stage-2']);
    await expectAsAnew();
    expect(leftAlone()).toEqual(['stage-0', 'stage-1', 'stage-2']);
  });

  test('are looked at when base.yaml changes, which all are laid over', async () => {
    await run();
    edit('environments/base.yaml', 'LOG_LEVEL: info', 'LOG_LEVEL: debug');
    expect(leftAlone()).toEqual([]);
    await expectAsAnew();
  });

  test.each([
    ['edited', () => edit('dist/stage-2/app-0001.yaml', 'app-0001', 'app-9999')],
    ['removed', () => rmSync(path('dist/stage-2/app-0001.yaml'))],
    ['put beside', () => writeFileSync(path('dist/stage-2/more.yaml'), 'a: 1\n')],
    [
      'locked otherwise',
      () =>
        writeFileSync(
          path('dist/stage-2/stageline.lock'),
          formatLock({ ...readLock(root, 'stage-2')!, inputs: '0'.repeat(64) }),
        ),
    ],
  ])('are looked at when a file in dist/ was %s', async (_, change) => {
    await run();
    edit('environments/stage-1.yaml', 'minReplicas: 3', 'minReplicas: 4');
    change();
    expect(leftAlone()).toEqual(['stage-0']);
    await expectAsAnew();
  });

  /** So that it may share a cluster with another stage. */
  function giveHostsToStage1(): void {
    for (const app of ['app-0000', 'app-0001', 'app-0002', 'app-0003'])
      edit(
        'environments/stage-1.yaml',
        `${app}: {`,
        `${app}: { route: { hostnames: [${app}.two.example.com] },`,
      );
  }

  test('are looked at when one that changes may clash with them on their cluster', async () => {
    edit('environments/stage-1.yaml', 'cluster: stage-1', 'cluster: stage-0');
    giveHostsToStage1();
    await run();
    // What is not seen from outside cannot clash.
    edit('environments/stage-1.yaml', 'minReplicas: 3', 'minReplicas: 4');
    const { keep } = await prepare({ root, env: {}, changedOnly: true });
    expect([...keep!.keys()]).toEqual(['stage-0', 'stage-2']);
    await run();
    edit('environments/stage-1.yaml', 'app-0002.two.example.com', 'app-0002.example.com');
    expect(leftAlone()).toEqual(['stage-0', 'stage-2']);
    await expect(run()).rejects.toThrow(/app-0002\.example\.com/);
    await expectAsAnew();
    edit('environments/stage-1.yaml', 'app-0002.example.com', 'app-0002.three.example.com');
    await expectAsAnew();
  });

  /** Stage 1 runs on a fleet, of clusters that one hub serves. */
  function giveFleet(clusters: string): void {
    for (const [name, server] of [
      ['stage-0', 'https://zero.example.com'],
      ['stage-1', 'https://one.example.com'],
    ])
      edit('environments/base.yaml', `  ${name}:`, `  ${name}:\n    server: ${server}\n    hub: stage-2`);
    edit('environments/stage-1.yaml', '\napps:', `\nfleet: [{ clusters: ${clusters} }]\napps:`);
  }

  test('are looked at when the fleet of another one comes to their cluster', async () => {
    giveFleet('[stage-1]');
    await run();
    edit('environments/stage-1.yaml', '[stage-1]', '[stage-1, stage-0]');
    expect(leftAlone()).toEqual(['stage-0', 'stage-2']);
    await expect(run()).rejects.toThrow(/app-0000\.example\.com/);
    await expectAsAnew();
  });

  test('are never those with a fleet: another stage may clash with them on any of its clusters', async () => {
    giveFleet('[stage-1, stage-0]');
    giveHostsToStage1();
    await run();
    expect(leftAlone()).toEqual(['stage-0', 'stage-2']);
    edit(
      'environments/stage-0.yaml',
      'app-0002: {',
      'app-0002: { route: { hostnames: [app-0002.two.example.com] },',
    );
    await expect(run()).rejects.toThrow(/app-0002\.two\.example\.com/);
    await expectAsAnew();
  });

  test('are never those that acknowledge what does not happen, which every run says', async () => {
    edit('environments/stage-1.yaml', '\napps:', '\nallowDestructive: [remove Namespace gone]\napps:');
    await run();
    expect(leftAlone()).toEqual(['stage-0', 'stage-2']);
    edit('environments/stage-2.yaml', 'minReplicas: 4', 'minReplicas: 5');
    await expectAsAnew();
  });

  const manifest = (value: string) =>
    `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: plain }\ndata: { a: ${value} }\n`;
  /** Stage 1 has a folder of manifests, which may change by itself. */
  function giveManifests(text: string): void {
    mkdirSync(path('plain'));
    writeFileSync(path('plain/map.yaml'), text);
    edit('environments/stage-1.yaml', '\napps:', '\napps:\n  plain: { kind: manifests, path: plain }');
  }

  test('are those with a folder of manifests, as long as the same comes of it', async () => {
    giveManifests(manifest('one'));
    await run();
    writeFileSync(path('plain/map.yaml'), `# said otherwise\n${manifest('"one"')}`);
    expect(leftAlone()).toEqual(['stage-0', 'stage-1', 'stage-2']);
    edit('environments/stage-0.yaml', 'minReplicas: 2', 'minReplicas: 5');
    await expectAsAnew();
    writeFileSync(path('plain/map.yaml'), manifest('two'));
    expect(leftAlone()).toEqual(['stage-0', 'stage-2']);
    await expectAsAnew();
    expect(read('dist/stage-1/plain.yaml')).toContain('a: two');
    rmSync(path('plain'), { recursive: true });
    await expect(run()).rejects.toThrow(/is not there/);
  });

  test('are never those whose manifests define a kind, which others may have objects of', async () => {
    giveManifests(
      'apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: { name: things.example.com }\n' +
        'spec:\n  group: example.com\n  scope: Namespaced\n  names: { kind: Thing, plural: things }\n' +
        '  versions: [{ name: v1, served: true, storage: true, schema: { openAPIV3Schema: { type: object } } }]\n',
    );
    await run();
    expect(leftAlone()).toEqual(['stage-0', 'stage-2']);
  });

  test('are those with a class, as long as it gives the same, whatever it reads', async () => {
    mkdirSync(path('src/apps'), { recursive: true });
    writeFileSync(
      path('src/apps/own.ts'),
      `import { readFileSync } from 'node:fs';
import { BaseApp, Worker, appValues } from 'stageline';
export class Own extends BaseApp {
  static readonly values = appValues({});
  constructor(scope, id, props) {
    super(scope, id, props);
    const tag = readFileSync(__dirname + '/tag', 'utf8').trim();
    new Worker(this, 'main', {
      image: 'registry.example.com/own:' + tag,
      resources: { requests: { cpu: '1m', memory: '1Mi' }, limits: { memory: '1Mi' } },
    });
  }
}
`,
    );
    writeFileSync(path('src/apps/tag'), '1.0.0');
    await run();
    writeFileSync(path('src/apps/tag'), '1.0.0\n');
    expect(leftAlone()).toEqual(['stage-0', 'stage-1', 'stage-2']);
    edit('environments/stage-0.yaml', 'minReplicas: 2', 'minReplicas: 5');
    expect(leftAlone()).toEqual(['stage-1', 'stage-2']);
    await expectAsAnew();
    writeFileSync(path('src/apps/tag'), '2.0.0');
    expect(leftAlone()).toEqual([]);
    await expectAsAnew();
    expect(read('dist/stage-2/own.yaml')).toContain('own:2.0.0');
  });

  test('are looked at when a class is the same in another file, which theirs name as their source', async () => {
    mkdirSync(path('src/apps'), { recursive: true });
    writeFileSync(
      path('src/apps/own.ts'),
      `const { BaseApp, appValues } = require('stageline');
exports.Own = class extends BaseApp {
  static values = appValues({});
};
`,
    );
    await run();
    expect(leftAlone()).toEqual(['stage-0', 'stage-1', 'stage-2']);
    renameSync(path('src/apps/own.ts'), path('src/apps/own.js'));
    expect(leftAlone()).toEqual([]);
    await expectAsAnew();
    expect(read('dist/stage-2/own.yaml')).toContain('src/apps/own.js');
  });

  test('hide nothing of what is wrong in another one', async () => {
    await run();
    for (const stage of ['stage-0', 'stage-1', 'stage-2'])
      edit(
        `environments/${stage}.yaml`,
        '\napps:',
        '\nimages: { registries: [registry.example.com] }\napps:',
      );
    await run();
    edit('environments/stage-1.yaml', 'registries: [registry', 'registries: [other');
    expect(leftAlone()).toEqual(['stage-0', 'stage-2']);
    await expect(run()).rejects.toThrow(/does not come from/);
    await expectAsAnew();
  });

  test('are looked at together with one that they have to be like', async () => {
    edit('environments/stage-2.yaml', '\napps:', '\nparity: { with: stage-1 }\napps:');
    await run();
    edit('environments/stage-0.yaml', 'minReplicas: 2', 'minReplicas: 5');
    expect(leftAlone()).toEqual(['stage-1', 'stage-2']);
    await expectAsAnew();
    const likeIt = filesIn(path('.'));
    edit('environments/stage-1.yaml', 'minReplicas: 3', 'minReplicas: 4');
    expect(leftAlone()).toEqual(['stage-0']);
    await expectAsAnew();
    edit('environments/stage-1.yaml', '\napps:', '\nparity: { with: stage-0 }\napps:');
    await run();
    edit('environments/stage-0.yaml', 'minReplicas: 5', 'minReplicas: 2');
    expect(leftAlone()).toEqual([]);
    // Each of them is known as it is now, and was like another one then.
    edit('environments/stage-2.yaml', '\nparity: { with: stage-1 }', '');
    edit('environments/stage-1.yaml', '\nparity: { with: stage-0 }', '');
    edit('environments/stage-1.yaml', 'app-0000: {', 'app-0000: { disruptionBudget: null,');
    await run();
    for (const file of ['environments/stage-2.yaml', 'dist/stage-2/stageline.lock'])
      writeFileSync(path(file), likeIt[file]!);
    await expect(run()).rejects.toThrow(/is not like stage-1/);
    await expectAsAnew();
  });

  test('are looked at as long as one may be removed', async () => {
    await run();
    edit('environments/base.yaml', '\nclusters:', '\nallowDestructive: [remove stage stage-9]\nclusters:');
    await expectAsAnew();
    edit('environments/stage-1.yaml', 'minReplicas: 3', 'minReplicas: 4');
    expect(leftAlone()).toEqual([]);
    await expectAsAnew();
  });

  test('keep their apps, if pinned, in what Argo CD is given', async () => {
    await run();
    const base = 'abcdef1234'.repeat(4);
    edit('environments/stage-2.yaml', '\napps:', `\nbase: ${base}\napps:`);
    const inputs = pinnedInputs(read('environments/stage-2.yaml'), read('environments/base.yaml'));
    writeFileSync(
      path('dist/stage-2/stageline.lock'),
      formatLock({ ...readLock(root, 'stage-2')!, base, inputs }),
    );
    await run();
    const argocd = filesIn(path('dist/argocd'));
    edit('environments/stage-0.yaml', 'minReplicas: 2', 'minReplicas: 5');
    expect(leftAlone()).toEqual(['stage-1', 'stage-2']);
    await expectAsAnew();
    expect(filesIn(path('dist/argocd'))).toEqual(argocd);
  });

  test('are told among the others, in the order of the line, also with a stage that is gone', async () => {
    await run();
    edit('environments/base.yaml', '\nclusters:', '\nallowDestructive: [remove stage stage-2]\nclusters:');
    await run();
    rmSync(path('environments/stage-2.yaml'));
    await expectAsAnew();
    edit('environments/stage-0.yaml', 'minReplicas: 2', 'minReplicas: 5');
    await expectAsAnew();
  });
});

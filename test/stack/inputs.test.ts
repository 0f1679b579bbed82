import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { UserError } from '../../src/model/errors';
import { parseConfig } from '../../src/stack/config';
import { manifestGetter } from '../../src/stack/fetch-manifest';
import { kubeconfigOf } from '../../src/stack/kubeconfig';
import { chartChecker } from '../../src/stack/local-chart';
import { manifestSource, readManifest } from '../../src/stack/manifest';
import { readKinds } from '../../src/stack/read-dist';
import { repositoryOf } from '../delivery/fixture';
import { MANIFEST, SHA256 } from './fixture';

/** The codes of the problems that it refuses with, and all that it says. */
function refusal(run: () => unknown): { codes: string[]; text: string } {
  try {
    run();
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { codes: error.problems.map(({ code }) => code), text: error.message };
  }
  throw new Error('it was accepted');
}

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'stageline-'))));
afterEach(() => rmSync(folder, { recursive: true }));

describe('the configuration of a stack', () => {
  const config = (settings: Record<string, string>) =>
    parseConfig((key) => settings[key], 'hub', Object.keys(settings));

  test('is complete without a single line', () => {
    expect(config({})).toEqual({
      installer: 'manifest',
      protect: true,
      clusters: {},
      notifications: {},
    });
  });

  test('names every setting that it does not know, and every value that does not fit, at once', () => {
    const { codes, text } = refusal(() =>
      config({ kubeconfg: 'x', installer: 'yaml', manifestSha256: 'abc', chart: '{"version":"9"}' }),
    );
    expect(codes).toHaveLength(4);
    expect(text).toContain('Pulumi.hub.yaml');
    expect(text).toContain('kubeconfg');
    expect(text).toContain('64 hexadecimal digits');
    expect(text).toContain('full version such as "9.1.0"');
  });

  test.each([
    ['repository', '{"sshPrivateKey":"hunter2"}'],
    ['repository', '{"username":"hunter2"}'],
    ['repository', 'hunter2'],
    ['clusters', '{"eu":{"bearerToken":"hunter2"}}'],
    ['notifications', '{"a b":"hunter2"}'],
  ])('never prints what stands in the secret %s', (key, value) => {
    const { codes, text } = refusal(() => config({ [key]: value }));
    expect(codes).toEqual(['stack-config']);
    expect(text).not.toContain('hunter2');
  });
});

describe('an address of the installer', () => {
  test.each([
    ['manifest', 'https://me:hunter2@cd.example/install.yaml'],
    ['chart', '{"version":"9.1.0","repository":"https://hunter2@charts.example"}'],
    ['chart', '{"version":"9.1.0","oci":"oci://me:hunter2@registry.example/argo-cd"}'],
  ])('%s with credentials in it is refused, and they are not printed', (key, value) => {
    const { codes, text } = refusal(() =>
      parseConfig((name) => (name === key ? value : undefined), 'hub', [key]),
    );
    expect(codes).toEqual(['stack-config']);
    expect(text).not.toContain('hunter2');
  });
});

describe('the kubeconfig', () => {
  const KUBECONFIG =
    'current-context: hub\ncontexts:\n  - name: hub\n    context: {cluster: hub, user: me}\n';
  const env = (values: Record<string, string> = {}) => ({ cwd: folder, env: { HOME: folder, ...values } });

  test('is the one of the stack, or else the one that kubectl would use', () => {
    const path = join(folder, 'config.yaml');
    writeFileSync(path, KUBECONFIG);
    expect(kubeconfigOf({ kubeconfig: 'config.yaml' }, env())).toEqual({ kubeconfig: path });
    expect(kubeconfigOf({}, env({ KUBECONFIG: path }))).toEqual({ kubeconfig: path });
    expect(kubeconfigOf({ kubeconfig: '~/config.yaml', context: 'hub' }, env())).toEqual({
      kubeconfig: path,
      context: 'hub',
    });
    expect(kubeconfigOf({ kubeconfig: KUBECONFIG }, env())).toEqual({ kubeconfig: KUBECONFIG });
    expect(kubeconfigOf({}, env({ KUBERNETES_SERVICE_HOST: '10.0.0.1' }))).toEqual({});
  });

  test('that is not there, is none, or lacks the context is refused', () => {
    writeFileSync(join(folder, 'config.yaml'), KUBECONFIG);
    writeFileSync(join(folder, 'readme.md'), '# hello');
    expect(refusal(() => kubeconfigOf({}, env())).codes).toEqual(['kubeconfig-missing']);
    expect(refusal(() => kubeconfigOf({ kubeconfig: 'nowhere' }, env())).codes).toEqual([
      'kubeconfig-missing',
    ]);
    expect(refusal(() => kubeconfigOf({ kubeconfig: 'readme.md' }, env())).codes).toEqual([
      'kubeconfig-invalid',
    ]);
    const wrong = refusal(() => kubeconfigOf({ kubeconfig: 'config.yaml', context: 'hbu' }, env()));
    expect(wrong.codes).toEqual(['kubeconfig-context']);
    expect(wrong.text).toContain('<one of: hub>');
  });

  test('that is a folder, or in which nothing is chosen, is refused', () => {
    writeFileSync(join(folder, 'file'), '');
    for (const kubeconfig of [folder, join(folder, 'file', 'config')])
      expect(refusal(() => kubeconfigOf({ kubeconfig }, env())).codes).toEqual(['kubeconfig-missing']);
    const codes = (text: string, context?: string): string[] =>
      refusal(() => kubeconfigOf({ kubeconfig: `${text}\n`, context }, env())).codes;
    expect(codes('contexts: [{name: hub}]')).toEqual(['kubeconfig-context']);
    expect(codes('current-context: ""\ncontexts: [{name: hub}]')).toEqual(['kubeconfig-context']);
    expect(codes('current-context: gone\ncontexts: [{name: hub}]')).toEqual(['kubeconfig-context']);
    expect(codes('contexts: []', 'hub')).toEqual(['kubeconfig-context']);
    expect(codes('contexts: hub')).toEqual(['kubeconfig-invalid']);
    expect(codes('')).toEqual(['kubeconfig-invalid']);
    expect(codes('contexts: [null]')).toEqual(['kubeconfig-invalid']);
  });
});

describe('the manifest', () => {
  const bytes = new TextEncoder().encode(MANIFEST);

  test('is the official one of the version, with a checksum that is known', () => {
    expect(manifestSource('3.2.6', 'standard', {}, 'hub')).toEqual({
      location: 'https://raw.githubusercontent.com/argoproj/argo-cd/v3.2.6/manifests/install.yaml',
      sha256: '584d53e4155689b7ac7154f6e89206af8e9eae1db2e42784ca7d01bb122ceba8',
    });
    expect(manifestSource('3.2.6', 'ha', {}, 'hub').location).toContain('/ha/install.yaml');
  });

  test('of a version without a known checksum needs one', () => {
    expect(refusal(() => manifestSource('3.2.7', 'standard', {}, 'hub')).codes).toEqual([
      'manifest-checksum-unknown',
    ]);
    expect(manifestSource('3.2.7', 'minimal', { manifest: 'x.yaml', manifestSha256: SHA256 }, 'hub')).toEqual(
      {
        location: 'x.yaml',
        sha256: SHA256,
      },
    );
  });

  test('is read when it is what was pinned, and refused when a byte of it differs', () => {
    const source = { location: 'install.yaml', sha256: SHA256 };
    expect(readManifest(bytes, source)).toHaveLength(11);
    const other = new TextEncoder().encode(`${MANIFEST} `);
    expect(refusal(() => readManifest(other, source)).codes).toEqual(['manifest-checksum']);
  });

  test.each([
    ['', 'does not define applications.argoproj.io'],
    ['just text', 'document 1 is no object'],
    [`${MANIFEST}---\na: b\n`, 'document 12 is no object'],
    ['a: [', 'is no YAML'],
  ])('that is none of Argo CD is refused, whatever its checksum: %j', (text, why) => {
    const sha256 = createHash('sha256').update(text).digest('hex');
    const read = (): unknown => readManifest(new TextEncoder().encode(text), { location: 'm.yaml', sha256 });
    expect(refusal(read).codes).toEqual(['manifest-yaml']);
    expect(read).toThrow(why);
  });

  test('by path needs no network, by address none either where the network is not to be used', async () => {
    writeFileSync(join(folder, 'install.yaml'), MANIFEST);
    const get = manifestGetter(folder, 'refrain');
    expect(new TextDecoder().decode(await get('install.yaml'))).toBe(MANIFEST);
    expect(await get('https://cd.example/install.yaml')).toBeUndefined();
    await expect(get('nowhere.yaml')).rejects.toThrow(UserError);
    await expect(get('.')).rejects.toThrow(UserError);
    await expect(get('install.yaml/below')).rejects.toThrow(UserError);
    for (const network of ['use', 'refrain'] as const)
      await expect(manifestGetter(folder, network)('http://cd.example/install.yaml')).rejects.toThrow(
        'no https address',
      );
  });
});

describe('a chart that lies here', () => {
  const codes = (path: string, version: string): string[] =>
    chartChecker(folder, 'hub')({ path, version }).map(({ code }) => code);

  test('is there, and of the version that is pinned', () => {
    mkdirSync(join(folder, 'chart'), { recursive: true });
    writeFileSync(join(folder, 'chart/Chart.yaml'), 'name: argo-cd\nversion: 9.1.0\n');
    writeFileSync(join(folder, 'argo-cd-9.1.0.tgz'), '');
    expect(codes('chart', '9.1.0')).toEqual([]);
    expect(codes('argo-cd-9.1.0.tgz', '9.1.0')).toEqual([]);
    expect(codes('chart', '9.2.0')).toEqual(['chart-missing']);
    expect(codes('.', '9.1.0')).toEqual(['chart-missing']);
    expect(codes('chart/Chart.yaml', '9.1.0')).toEqual(['chart-missing']);
    writeFileSync(join(folder, 'chart/Chart.yaml'), 'version: [');
    expect(codes('chart', '9.1.0')).toEqual(['chart-missing']);
  });
});

describe('the kinds that a stage deploys', () => {
  test('of a stage that was never rendered are a problem of its own file', () => {
    const { environments } = repositoryOf();
    const { codes, text } = refusal(() => readKinds(folder, environments));
    expect(codes).toEqual(['stage-not-rendered', 'stage-not-rendered', 'stage-not-rendered']);
    expect(text).toContain('environments/prod.yaml');
  });
});

import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parse } from 'yaml';
import { runLikePulumi } from './engine';
import { MANIFEST, SHA256 } from '../stack/fixture';

const ROOT = resolve(__dirname, '../..');
const project = parse(readFileSync(join(ROOT, 'Pulumi.yaml'), 'utf8')) as {
  main: string;
  runtime: { name: string; options: { typescript: boolean } };
};

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'stageline-'));
  const context = 'current-context: hub\ncontexts: [{name: hub, context: {cluster: hub, user: me}}]\n';
  writeFileSync(join(folder, 'kubeconfig'), context);
  writeFileSync(join(folder, 'install.yaml'), MANIFEST);
});
afterEach(() => rmSync(folder, { recursive: true }));

const start = (config: Record<string, string>) => {
  const prefixed = Object.entries(config).map(([key, value]) => [`stageline:${key}`, value]);
  return runLikePulumi(ROOT, join(ROOT, project.main), {
    // What the language host sets for `typescript: false`.
    PULUMI_NODEJS_TYPESCRIPT: String(project.runtime.options.typescript),
    PULUMI_CONFIG: JSON.stringify(Object.fromEntries(prefixed)),
  });
};

describe('Pulumi.yaml', () => {
  test('names a program that is there, and leaves Pulumi’s own TypeScript compiler out', () => {
    expect(existsSync(join(ROOT, project.main))).toBe(true);
    expect(project.runtime).toMatchObject({ name: 'nodejs', options: { typescript: false } });
  });

  test('starts a program that registers the stack and its Applications', async () => {
    const { exitCode, logs, registered } = await start({
      kubeconfig: join(folder, 'kubeconfig'),
      manifest: join(folder, 'install.yaml'),
      manifestSha256: SHA256,
    });
    expect({ exitCode, logs }).toEqual({ exitCode: 0, logs: [] });
    expect(registered[0]).toBe('pulumi:pulumi:Stack::stageline-test');
    expect(registered).toContain('kubernetes:yaml/v2:ConfigGroup::argocd-crds');
    expect(registered.filter((name) => name.includes('argoproj.io/v1alpha1:Application'))).toHaveLength(3);
  });

  test('starts a program that refuses bad input in words, without a stack, before it registers anything', async () => {
    const { exitCode, logs, registered } = await start({
      kubeconfig: join(folder, 'nowhere'),
      manifest: join(folder, 'install.yaml'),
      manifestSha256: SHA256,
    });
    expect(exitCode).not.toBe(0);
    expect(registered).toEqual(['pulumi:pulumi:Stack::stageline-test']);
    expect(logs.join('\n')).toContain('[kubeconfig-missing]');
    expect(logs.join('\n')).not.toMatch(/\n\s+at .*\.ts:/);
  });
});

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { UserError } from '../../src/model/errors';
import { planConfig } from '../../src/stack/plan-config';

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'stageline-'))));
afterEach(() => rmSync(folder, { recursive: true }));

const stack = (name: string, text: string): void => writeFileSync(join(folder, `Pulumi.${name}.yaml`), text);
function refusal(wanted?: string): string {
  try {
    planConfig(folder, wanted);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return `${error.problems.map(({ code }) => code).join()} ${error.message}`;
  }
  throw new Error('it was accepted');
}

describe('the stacks of a repository', () => {
  test('may be none: then there are no settings', () => {
    writeFileSync(join(folder, 'Pulumi.yaml'), 'name: shop\n');
    expect(planConfig(folder, undefined)).toMatchObject({ stack: 'plan', config: { installer: 'manifest' } });
  });

  test('are each read by name, and one of several has to be named', () => {
    stack('eu', 'config: {"stageline:cluster": eu}\n');
    expect(planConfig(folder, undefined)).toMatchObject({ stack: 'eu', config: { cluster: 'eu' } });
    stack('org.us', 'config: {"stageline:cluster": us, "aws:region": us-east-1}\n');
    expect(planConfig(folder, 'org.us')).toMatchObject({ stack: 'org.us', config: { cluster: 'us' } });
    expect(refusal()).toMatch(/^stack-unknown .*2 stacks[^]*--stack <one of: eu, org.us>/);
    expect(refusal('us')).toMatch(/^stack-unknown [^]*Stacks are: eu, org.us/);
  });

  test.each([
    ['nothing', ''],
    ['no settings', 'encryptionsalt: v1\n'],
    ['settings that are null', 'config:\n'],
    ['settings of others', 'config: {"aws:region": eu}\n'],
  ])('may have %s in their file', (_, text) => {
    stack('eu', text);
    expect(planConfig(folder, 'eu').config).toMatchObject({ installer: 'manifest' });
  });

  test.each([
    ['no YAML', 'config: {\n'],
    ['a list', 'config: [a]\n'],
    ['a text', 'config: a\n'],
    ['a conflict of a merge', '<<<<<<< HEAD\nconfig: {}\n=======\n>>>>>>> x\n'],
  ])('are refused with their file where it has %s', (_, text) => {
    stack('eu', text);
    expect(refusal('eu')).toMatch(/^stack-config Pulumi.eu.yaml: /);
  });
});

describe('secrets in the file of a stack', () => {
  const own = (settings: object): void => {
    const named = Object.entries(settings).map(([key, value]) => [`stageline:${key}`, value as unknown]);
    stack('eu', JSON.stringify({ config: Object.fromEntries(named) }));
  };
  const secure = { secure: 'AAABAO' };

  test('that are encrypted are as good as there, and so is what is none', () => {
    own({
      repository: { githubApp: { appID: 1, installationID: '2', privateKey: secure } },
      clusters: { us: 'registered', asia: { bearerToken: secure, caData: 'Y2E=' } },
      notifications: { 'slack-token': secure },
      oidcClientSecret: secure,
      kubeconfig: '~/.kube/config',
    });
    expect(planConfig(folder, 'eu').opaque).toEqual([]);
    own({ repository: secure, clusters: secure, notifications: secure, kubeconfig: secure });
    expect(planConfig(folder, 'eu').opaque).toEqual(['repository', 'clusters', 'notifications']);
  });

  test.each([
    [{ repository: { username: 'bot', password: 'hunter2' } }, ['repository.password']],
    [{ repository: JSON.stringify({ sshPrivateKey: 'hunter2' }) }, ['repository.sshPrivateKey']],
    [{ repository: { githubApp: { appID: 1, privateKey: 'hunter2' } } }, ['repository.githubApp.privateKey']],
    [{ clusters: { us: { keyData: 'hunter2', certData: secure } } }, ['clusters.us.keyData']],
    [{ notifications: { 'slack-token': 'hunter2', other: secure } }, ['notifications.slack-token']],
    [{ kubeconfig: 'users:\n- hunter2\n', oidcClientSecret: 'hunter2' }, ['kubeconfig', 'oidcClientSecret']],
  ])('that are not are refused by name, and not quoted: %j', (settings, paths) => {
    own(settings);
    const said = refusal('eu');
    expect(said).toContain(`${paths.map(() => 'secret-in-plain').join()} `);
    for (const path of paths) expect(said).toContain(`pulumi config set --secret --path 'stageline:${path}'`);
    expect(said).not.toContain('hunter2');
  });
});

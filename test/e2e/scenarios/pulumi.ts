import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { startCluster } from '../harness/cluster';
import { hasCommand, run } from '../harness/run-command';
import { NotRun, type Context, type Scenario } from '../harness/scenario';
import { parseObjects } from '../harness/workspace';
import type { Live } from '../harness/api';
import { NAMES, STAGES, stage } from './sample';

const STACK = 'e2e';

type Profile = 'minimal' | 'standard' | 'ha';

/** The program's own plan, on the API server: it needs no Pulumi engine. */
export const planScenario: Scenario = {
  name: 'every object that pulumi up would create is accepted, in both manifests',
  needs: [NAMES.bootstrap],
  async run(context) {
    for (const profile of ['standard', 'ha'] as const) {
      const objects = await inProfile(context, profile, () => planned(context, profile));
      for (const kind of ['CustomResourceDefinition', 'Deployment', 'AppProject', 'Application']) {
        assert.ok(
          objects.some((object) => object.kind === kind),
          `the plan of ${profile} has no ${kind}`,
        );
      }
      for (const name of STAGES) {
        const own = objects.filter(({ metadata }) => metadata.name === stage(name)).map(({ kind }) => kind);
        assert.deepEqual(own.sort(), ['AppProject', 'Application']);
      }
      await Promise.all(objects.map((object) => context.cluster.api.dryRun(object)));
      keepsParameters(parseObjects(readFileSync(manifestOf(context, profile), 'utf8')), objects);
    }
  },
};

/** Our own argocd-cmd-params-cm takes the place of the installer's: where Redis is, for one, it has to say as well. */
function keepsParameters(installer: readonly Live[], planned: readonly Live[]): void {
  const [theirs, ours] = [installer, planned].map((objects) => {
    const found = objects.filter(({ metadata }) => metadata.name === 'argocd-cmd-params-cm');
    assert.equal(found.length, 1);
    return (found[0]!.data ?? {}) as Record<string, string>;
  });
  for (const [key, value] of Object.entries(theirs!)) assert.equal(ours![key], value, `${key} is lost`);
}

/** While base.yaml has this profile. */
export async function inProfile<T>(
  { workspace }: Context,
  profile: Profile,
  body: () => Promise<T>,
): Promise<T> {
  const file = 'environments/base.yaml';
  const kept = workspace.read(file);
  workspace.editYaml(file, (base) => base.setIn(['delivery', 'argocd', 'profile'], profile));
  try {
    return await body();
  } finally {
    workspace.write(file, kept);
  }
}

/** The engine and its provider on a second, empty cluster; nothing in here stands in for them. */
export const pulumiScenario: Scenario = {
  name: 'bootstrap by pulumi up, and a second time nothing changes',
  needs: [NAMES.bootstrap],
  async run(context) {
    if (!hasCommand('pulumi')) throw new NotRun('pulumi is not on PATH');
    const plugins = JSON.parse(await run('pulumi', ['plugin', 'ls', '--json'])) as {
      name: string;
      kind: string;
    }[];
    if (!plugins.some(({ name, kind }) => name === 'kubernetes' && kind === 'resource')) {
      throw new NotRun('the kubernetes plugin of pulumi is not installed');
    }
    const { session, workspace } = context;
    const folder = join(session.folder, 'pulumi');
    const state = join(folder, 'state');
    mkdirSync(state, { recursive: true });
    const { api, plane } = await startCluster({ ...session, folder });
    const pulumi = (...args: string[]): Promise<string> =>
      run('pulumi', [...args, '--non-interactive'], {
        cwd: workspace.folder,
        timeout: 600,
        env: {
          ...process.env,
          KUBECONFIG: plane.kubeconfig,
          PULUMI_BACKEND_URL: `file://${state}`,
          PULUMI_CONFIG_PASSPHRASE: passphrase,
          PULUMI_SKIP_UPDATE_CHECK: 'true',
        },
      });
    const passphrase = randomBytes(16).toString('hex');
    const objects = await planned(context);
    await pulumi('stack', 'init', STACK);
    for (const [key, value] of Object.entries(settings(context))) {
      await pulumi('config', 'set', '--stack', STACK, `stageline:${key}`, value);
    }
    await pulumi('config', 'set', '--secret', '--stack', STACK, 'stageline:oidcClientSecret', 'unused');
    await pulumi('up', '--yes', '--skip-preview', '--stack', STACK);
    for (const { apiVersion, kind, metadata } of objects) {
      const found = await api.find(apiVersion, kind, metadata.name, metadata.namespace);
      assert.ok(found, `${kind} ${metadata.name} is not in the cluster`);
    }
    await pulumi('up', '--yes', '--skip-preview', '--expect-no-changes', '--stack', STACK);
    await pulumi('preview', '--refresh', '--expect-no-changes', '--stack', STACK);
    workspace.remove(`Pulumi.${STACK}.yaml`);
  },
};

function manifestOf({ cluster }: Context, profile: Profile): string {
  return join(cluster.tools.argocd!, 'manifests', profile === 'ha' ? 'ha/install.yaml' : 'install.yaml');
}

function settings(context: Context, profile: Profile = 'standard'): Record<string, string> {
  const manifest = manifestOf(context, profile);
  const manifestSha256 = createHash('sha256').update(readFileSync(manifest)).digest('hex');
  return { manifest, manifestSha256 };
}

async function planned(context: Context, profile?: Profile): Promise<Live[]> {
  return parseObjects(await plan(context, settings(context, profile), 'yaml')).map(unmasked);
}

/** What the stack would create with these settings, as `npm run bootstrap:plan` prints it. */
export async function plan(
  { workspace }: Context,
  own: Readonly<Record<string, unknown>>,
  output: 'yaml' | 'json',
): Promise<string> {
  const config = {
    ...Object.fromEntries(Object.entries(own).map(([key, value]) => [`stageline:${key}`, value])),
    'stageline:oidcClientSecret': { secure: 'nobody opens it for a plan' },
  };
  const file = `Pulumi.${STACK}.yaml`;
  workspace.write(file, JSON.stringify({ config }));
  const script = join(workspace.folder, 'bin/plan.js');
  const text = await run(process.execPath, [script, '--stack', STACK, '--output', output], {
    cwd: workspace.folder,
  });
  workspace.remove(file);
  return text;
}

/** The plan does not show secrets, and what it shows instead is no base64. */
function unmasked(object: Live): Live {
  const { data, ...rest } = object;
  if (object.kind !== 'Secret' || !JSON.stringify(data ?? {}).includes('[secret]')) return object;
  return { ...rest, stringData: data };
}

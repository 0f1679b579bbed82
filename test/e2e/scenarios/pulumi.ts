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

/** The program's own plan, on the API server: it needs no Pulumi engine. */
export const planScenario: Scenario = {
  name: 'every object that pulumi up would create is accepted',
  needs: [NAMES.bootstrap],
  async run(context) {
    const objects = await planned(context);
    for (const kind of ['CustomResourceDefinition', 'Deployment', 'AppProject', 'Application', 'ConfigMap']) {
      assert.ok(
        objects.some((object) => object.kind === kind),
        `the plan has no ${kind}`,
      );
    }
    for (const name of STAGES) {
      const own = objects.filter(({ metadata }) => metadata.name === stage(name)).map(({ kind }) => kind);
      assert.deepEqual(own.sort(), ['AppProject', 'Application']);
    }
    await Promise.all(objects.map((object) => context.cluster.api.dryRun(object)));
  },
};

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

function settings({ cluster }: Context): Record<string, string> {
  const manifest = join(cluster.tools.argocd!, 'manifests/install.yaml');
  const manifestSha256 = createHash('sha256').update(readFileSync(manifest)).digest('hex');
  return { manifest, manifestSha256 };
}

async function planned(context: Context): Promise<Live[]> {
  const { workspace } = context;
  const config = {
    ...Object.fromEntries(
      Object.entries(settings(context)).map(([key, value]) => [`stageline:${key}`, value]),
    ),
    'stageline:oidcClientSecret': { secure: 'nobody opens it for a plan' },
  };
  const file = `Pulumi.${STACK}.yaml`;
  workspace.write(file, JSON.stringify({ config }));
  const text = await run(
    process.execPath,
    [join(workspace.folder, 'bin/plan.js'), '--stack', STACK, '--output', 'yaml'],
    {
      cwd: workspace.folder,
    },
  );
  workspace.remove(file);
  return parseObjects(text).map(unmasked);
}

/** The plan does not show secrets, and what it shows instead is no base64. */
function unmasked(object: Live): Live {
  const { data, ...rest } = object;
  if (object.kind !== 'Secret' || !JSON.stringify(data ?? {}).includes('[secret]')) return object;
  return { ...rest, stringData: data };
}

import assert from 'node:assert/strict';
import type { Live } from '../harness/api';
import { CommandFailed } from '../harness/run-command';
import { argoOf, type Scenario } from '../harness/scenario';
import { until } from '../harness/wait';
import { NAMES, stage } from './sample';

const APP = 'database';
const FILE = 'environments/dev.yaml';

/** The guard speaks first; what is then acknowledged is pruned; what comes back is deployed again. */
export const removalScenario: Scenario = {
  name: 'an app removed from dev is refused, acknowledged, pruned, and can come back',
  needs: [NAMES.sample],
  async run(context) {
    const { workspace, cluster } = context;
    const argo = argoOf(context).api;
    const dev = stage('dev');
    const kept = workspace.read(FILE);
    const before = workspace.objects('dev');
    const committed = await workspace.runGit('rev-parse', 'HEAD');

    workspace.editYaml(FILE, (document) => document.setIn(['apps', APP], null));
    // frontend and backend do not call the database; whoever does would have to be told.
    const refused = await workspace.stageline('synth').then(
      () => assert.fail('synth was to refuse the removal'),
      (error: unknown) => error as CommandFailed,
    );
    assert.ok(refused instanceof CommandFailed, String(refused));
    assert.equal(refused.status, 3, refused.message);
    assert.match(refused.stderr, /remove StatefulSet podinfo-dev\/database-primary/);
    assert.match(refused.stderr, /remove PersistentVolumeClaim podinfo-dev\/database-primary/);
    assert.deepEqual(workspace.objects('dev'), before, 'dist/dev was touched');
    assert.equal(await workspace.runGit('status', '--porcelain', 'dist'), '');

    const changes = [...refused.stderr.matchAll(/^\s*- (.+)$/gm)].map(([, change]) =>
      change!.replace(/^"(.*)"$/, '$1'),
    );
    assert.ok(changes.length >= 2, refused.stderr);
    workspace.editYaml(FILE, (document) => document.set('allowDestructive', changes));
    const commit = await workspace.deliver('remove the database from dev');
    assert.notEqual(commit, committed.trim());
    const after = workspace.objects('dev').map(keyOf);
    const gone = before.filter((object) => !after.includes(keyOf(object)));
    assert.ok(gone.length >= 5, `only ${gone.length} objects went`);
    await argo.refresh(dev);
    for (const { apiVersion, kind, metadata } of gone) {
      await until(
        `${kind} ${metadata.name} to be pruned`,
        async () =>
          (await cluster.api.find(apiVersion, kind, metadata.name, metadata.namespace)) === undefined,
      );
    }
    await argo.untilSynced(dev);

    workspace.write(FILE, kept);
    await workspace.deliver('the database is back');
    await argo.refresh(dev);
    await argo.until(dev, 'synced again', ({ sync }) => sync?.status === 'Synced');
    await argo.untilSynced(dev);
    for (const { apiVersion, kind, metadata } of gone) {
      assert.ok(
        await cluster.api.find(apiVersion, kind, metadata.name, metadata.namespace),
        `${kind} ${metadata.name}`,
      );
    }
  },
};

function keyOf({ kind, metadata }: Live): string {
  return `${kind} ${metadata.namespace ?? ''}/${metadata.name}`;
}

import assert from 'node:assert/strict';
import type { Api } from '../harness/api';
import { argoOf, type Context, type Scenario } from '../harness/scenario';
import { deployment } from './deployment';
import { NAMES, stage, type StageName } from './sample';

const APP = 'frontend';
const NEXT = 'ghcr.io/stefanprodan/podinfo:6.14.2';

/** By the commands that people use: set in dev, promote to staging, roll staging back. Prod sees none of it. */
export const promotionScenario: Scenario = {
  name: 'a promotion moves staging, and a rollback restores what it had',
  needs: [NAMES.sample],
  async run(context) {
    const { cluster, workspace } = context;
    const { api } = cluster;
    const argo = argoOf(context).api;
    for (const name of ['dev', 'staging', 'prod'] as const) await argo.untilSynced(stage(name));
    const before = {
      staging: await templateOf(api, 'staging'),
      prod: await templateOf(api, 'prod'),
      files: JSON.stringify(workspace.objects('staging')),
    };
    assert.notEqual(before.staging.image, NEXT);

    const set = await commit(context, 'set', 'dev', `${APP}.image=${NEXT}`);
    await argo.refresh(stage('dev'));
    await argo.until(
      stage('dev'),
      'at the commit that sets the image',
      ({ operationState, health }) =>
        operationState?.syncResult?.revision === set &&
        operationState.phase === 'Succeeded' &&
        health?.status === 'Healthy',
      120,
    );
    assert.equal((await templateOf(api, 'dev')).image, NEXT);
    await argo.refresh(stage('staging'));
    assert.equal((await argo.status(stage('staging'))).sync?.status, 'Synced', 'dev moved staging');
    await workspace.stageline(
      'record',
      'dev',
      '--revision',
      set,
      '--result',
      'Succeeded',
      '--health',
      'Healthy',
      '--push',
    );

    await commit(context, 'promote', APP, '--to', 'staging');
    await moved(context, 'staging');
    assert.equal((await templateOf(api, 'staging')).image, NEXT);

    await commit(context, 'rollback', 'staging');
    await moved(context, 'staging');
    assert.equal(
      JSON.stringify(workspace.objects('staging')),
      before.files,
      'dist/staging is not what it was',
    );
    assert.deepEqual(await templateOf(api, 'staging'), before.staging);

    await argo.refresh(stage('prod'));
    assert.equal((await argo.status(stage('prod'))).sync?.status, 'Synced');
    assert.deepEqual(await templateOf(api, 'prod'), before.prod);
  },
};

/** Runs a command that makes one commit and pushes it. @returns the commit */
async function commit({ workspace }: Context, ...args: string[]): Promise<string> {
  const head = async (): Promise<string> => (await workspace.runGit('rev-parse', 'HEAD')).trim();
  const before = await head();
  await workspace.stageline(...args, '--push');
  const after = await head();
  assert.notEqual(after, before, `stageline ${args[0]} made no commit`);
  assert.equal(
    (await workspace.runGit('rev-parse', 'HEAD~1')).trim(),
    before,
    `stageline ${args[0]} made more than one`,
  );
  const remote = await workspace.runGit('ls-remote', 'origin', 'refs/heads/main');
  assert.ok(remote.startsWith(after), `stageline ${args[0]} did not push`);
  return after;
}

/** A manual stage: the commit shows as OutOfSync, and a sync brings it. */
async function moved(context: Context, name: StageName): Promise<void> {
  const argo = argoOf(context).api;
  await argo.refresh(stage(name));
  await argo.until(stage(name), 'OutOfSync', ({ sync }) => sync?.status === 'OutOfSync');
  await argo.sync(stage(name));
  await argo.untilSynced(stage(name));
}

/** The app's image and pod template as the API server has them. */
async function templateOf(api: Api, name: StageName): Promise<{ image: string; template: unknown }> {
  const { image, template } = await deployment(api, stage(name), APP);
  return { image, template };
}

import { renderApp } from '../../src/constructs/render';
import { appOf, at, only, stageOf, web, type StageSketch } from '../support/environment';

const { ports: _ports, ...runs } = web;
const render = (values: object, sketch: StageSketch = {}) => {
  const stage = stageOf({ ...sketch, apps: { task: { ...runs, ...values } } });
  return renderApp(stage, appOf(stage, 'task'));
};
const cronjob = { kind: 'cronjob', schedule: '*/5 * * * *' };
const waits = { image: 'ghcr.io/example/wait:1.0.0', resources: web.resources };

describe('a ScheduledJob', () => {
  test('runs by the clock of UTC, one run at a time, and is left out when it comes too late', () => {
    const { metadata: _metadata, ...job } = only(render(cronjob), 'CronJob') as unknown as {
      metadata: unknown;
    };
    expect(job).toMatchObject({
      apiVersion: 'batch/v1',
      spec: {
        schedule: '*/5 * * * *',
        timeZone: 'Etc/UTC',
        concurrencyPolicy: 'Forbid',
        startingDeadlineSeconds: 300,
        successfulJobsHistoryLimit: 1,
        failedJobsHistoryLimit: 1,
        suspend: false,
        jobTemplate: { spec: { backoffLimit: 3, completions: 1, parallelism: 1 } },
      },
    });
    expect(at(job, 'spec.jobTemplate.spec.template.spec.restartPolicy')).toBe('OnFailure');
  });

  test('mounts its script, and gives its pods the checksum of it', () => {
    const objects = render({ ...cronjob, files: { '/scripts/run.sh': { content: 'true\n', mode: '0755' } } });
    expect(at(only(objects, 'ConfigMap', 'task-config'), 'data')).toEqual({ 'run.sh': 'true\n' });
    const template = at(only(objects, 'CronJob'), 'spec.jobTemplate.spec.template');
    expect(at(template, 'metadata.annotations')).toEqual({
      'checksum/config': expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    expect(at(template, 'spec.containers.0.volumeMounts.0')).toEqual({
      name: 'config',
      mountPath: '/scripts/run.sh',
      subPath: 'run.sh',
      readOnly: true,
    });
  });

  test('sleeps before it stops, too', () => {
    const job = only(render({ ...cronjob, preStop: { sleepSeconds: 2 } }), 'CronJob');
    expect(at(job, 'spec.jobTemplate.spec.template.spec.containers.0.lifecycle.preStop')).toEqual({
      sleep: { seconds: 2 },
    });
  });

  test('deletes finished runs after a time, where asked to', () => {
    const job = only(render({ ...cronjob, ttlSecondsAfterFinished: 3600 }), 'CronJob');
    expect(at(job, 'spec.jobTemplate.spec.ttlSecondsAfterFinished')).toBe(3600);
  });
});

describe('a OneOffJob', () => {
  test('is replaced when it changes, and stays when it is done', () => {
    const job = only(render({ kind: 'job', activeDeadlineSeconds: 60 }), 'Job');
    expect(job.metadata?.annotations).toEqual({
      'argocd.argoproj.io/sync-options': 'Force=true,Replace=true',
    });
    expect(at(job, 'spec')).toMatchObject({ backoffLimit: 3, activeDeadlineSeconds: 60 });
    expect(at(job, 'spec')).not.toHaveProperty('ttlSecondsAfterFinished');
    expect(at(job, 'metadata.name')).toBe('task');
  });

  test('ends although a sidecar runs beside it, and says where it would not', () => {
    const values = { kind: 'job', sidecars: { proxy: waits } };
    expect(at(only(render(values), 'Job'), 'spec.template.spec.initContainers.0')).toMatchObject({
      name: 'proxy',
      restartPolicy: 'Always',
    });
    expect(() => render(values, { cluster: { kubernetes: '1.28' } })).toThrow(
      'Before 1.29 a job does not end while a sidecar runs.',
    );
  });

  test('runs its init containers in the order in which they are written', () => {
    const initContainers = { zeta: waits, alpha: { ...waits, image: undefined } };
    const spec = at(only(render({ kind: 'job', initContainers }), 'Job'), 'spec.template.spec');
    expect(
      (at(spec, 'initContainers') as { name: string; image: string }[]).map((c) => [c.name, c.image]),
    ).toEqual([
      ['zeta', 'ghcr.io/example/wait:1.0.0'],
      ['alpha', 'ghcr.io/example/web:1.0.0'],
    ]);
  });
});

describe('a Worker', () => {
  test('is a Deployment that nobody calls', () => {
    const objects = render({
      kind: 'worker',
      replicas: 2,
      rollout: { type: 'Recreate', minReadySeconds: 3 },
    });
    expect(objects.map((object) => object.kind)).toEqual(['NetworkPolicy', 'ServiceAccount', 'Deployment']);
    expect(at(only(objects, 'Deployment'), 'spec')).toMatchObject({
      replicas: 2,
      minReadySeconds: 3,
      strategy: { type: 'Recreate' },
    });
  });

  test('replaces its pods as it is told, and by default takes none away before its successor is ready', () => {
    const strategyOf = (rollout: object) =>
      at(only(render({ kind: 'worker', rollout }), 'Deployment'), 'spec.strategy.rollingUpdate');
    expect(strategyOf({})).toEqual({ maxSurge: '25%', maxUnavailable: 0 });
    expect(strategyOf({ maxSurge: 0 })).toEqual({ maxSurge: 0, maxUnavailable: '25%' });
    expect(strategyOf({ maxUnavailable: 1 })).toEqual({ maxSurge: '25%', maxUnavailable: 1 });
    expect(() => strategyOf({ maxSurge: 0, maxUnavailable: '0%' })).toThrow('no pod could ever be replaced');
    expect(() => strategyOf({ type: 'Recreate', maxSurge: 1 })).toThrow(
      'means nothing beside type: Recreate',
    );
  });

  test('gives up its disk before its successor starts, where only one node can have it', () => {
    const typeOf = (values: object) =>
      at(only(render({ kind: 'worker', ...values }), 'Deployment'), 'spec.strategy.type');
    const data = (accessModes: string[]) => ({
      volumes: { data: { mountPath: '/data', claim: { storage: '1Gi', accessModes } } },
    });
    expect(typeOf(data(['ReadWriteOnce']))).toBe('Recreate');
    expect(typeOf(data(['ReadWriteMany']))).toBe('RollingUpdate');
    expect(typeOf({ ...data(['ReadWriteOnce']), rollout: { maxSurge: 1 } })).toBe('RollingUpdate');
  });
});

import { renderApp } from '../../src/constructs/render';
import { UserError } from '../../src/model/errors';
import { appOf, at, only, stageOf, web } from '../support/environment';

const { ports: _ports, ...runs } = web;
const step = { resources: web.resources };
const render = (hooks: object, app: object = runs) => {
  const stage = stageOf({ apps: { shop: { ...app, hooks } } });
  return renderApp(stage, appOf(stage, 'shop'));
};
const annotations = (hook: object) =>
  only(render({ migrate: { ...step, ...hook } }), 'Job').metadata!['annotations'];

describe('a hook', () => {
  test('is a Job with a name that stays, made anew at each sync, and run once', () => {
    const job = only(render({ migrate: { ...step, phase: 'PostSync', purpose: 'smoke-test' } }), 'Job');
    expect(at(job, 'metadata')).toMatchObject({
      name: 'shop-migrate',
      annotations: {
        'argocd.argoproj.io/hook': 'PostSync',
        'argocd.argoproj.io/hook-delete-policy': 'BeforeHookCreation',
      },
      labels: { 'stageline.dev/hook': 'smoke-test' },
    });
    expect(at(job, 'spec')).toMatchObject({ backoffLimit: 0, activeDeadlineSeconds: 600 });
    expect(at(job, 'spec.template.spec.restartPolicy')).toBe('Never');
  });

  test('before the workloads comes after namespace, config and stores, or a first sync would fail', () => {
    expect(annotations({ phase: 'PreSync' })).toMatchObject({
      'argocd.argoproj.io/hook': 'Sync',
      'argocd.argoproj.io/sync-wave': '-1',
    });
    expect(annotations({ phase: 'SyncFail' })).toMatchObject({ 'argocd.argoproj.io/hook': 'SyncFail' });
  });

  test('goes when it is told to', () => {
    const deletePolicy = ['HookSucceeded', 'BeforeHookCreation'];
    expect(annotations({ phase: 'PostSync', deletePolicy })).toMatchObject({
      'argocd.argoproj.io/hook-delete-policy': 'BeforeHookCreation,HookSucceeded',
    });
  });

  test('runs the image of its app, hardened like it, unless it names another', () => {
    const container = (hook: object) =>
      at(
        only(render({ migrate: { ...step, phase: 'PreSync', ...hook } }), 'Job'),
        'spec.template.spec.containers.0',
      );
    expect(at(container({}), 'image')).toBe(web.image);
    expect(at(container({}), 'securityContext.readOnlyRootFilesystem')).toBe(true);
    expect(at(container({ image: 'ghcr.io/example/other:2.0.0' }), 'image')).toBe(
      'ghcr.io/example/other:2.0.0',
    );
  });

  test('may talk to the app that it belongs to', () => {
    const objects = render({ smoke: { ...step, phase: 'PostSync' } });
    const policy = only(objects, 'NetworkPolicy');
    const own = { podSelector: at(policy, 'spec.podSelector') };
    expect(at(policy, 'spec.egress')).toContainEqual({ to: [own] });
    expect(at(policy, 'spec.ingress')).toContainEqual({ from: [own] });
  });

  test('without an image in an app without one is a problem', () => {
    const manifests = { kind: 'manifests', path: 'x' };
    const stage = stageOf({ apps: { shop: { ...manifests, hooks: { a: { ...step, phase: 'PostSync' } } } } });
    const source = {
      manifests: [{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'x' } }],
    };
    expect(() => renderApp(stage, appOf(stage, 'shop'), source)).toThrow(UserError);
  });
});

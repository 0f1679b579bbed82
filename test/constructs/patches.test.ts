import { renderApp } from '../../src/constructs/render';
import { UserError } from '../../src/model/errors';
import { appOf, at, only, stageOf, web } from '../support/environment';

const render = (...patches: object[]) => {
  const stage = stageOf({ apps: { web: { ...web, patches } } });
  return renderApp(stage, appOf(stage, 'web'));
};
const patch = (op: string, path: string, value?: unknown, more: object = {}) => ({
  kind: 'Deployment',
  op,
  path,
  ...(value === undefined ? {} : { value }),
  ...more,
});
const pod = 'spec.template.spec';

function problemsOf(...patches: object[]) {
  try {
    render(...patches);
  } catch (error) {
    if (error instanceof UserError) return error.problems;
    throw error;
  }
  return [];
}

describe('patches', () => {
  test('add, replace and remove what the values have no word for', () => {
    const deployment = only(
      render(
        patch('add', '/spec/template/spec/hostAliases', [{ ip: '192.0.2.1', hostnames: ['db'] }]),
        patch('replace', '/spec/revisionHistoryLimit', 2),
        patch('remove', '/spec/template/spec/affinity'),
        patch('add', '/spec/template/spec/containers/0/args', ['--fast']),
        patch('add', '/spec/template/spec/containers/0/args/-', '--safe'),
        patch('add', '/metadata/annotations', { 'example.org/a~b': 'c' }),
        patch('replace', '/metadata/annotations/example.org~1a~0b', 'd'),
      ),
      'Deployment',
    );
    expect(at(deployment, `${pod}.hostAliases`)).toEqual([{ ip: '192.0.2.1', hostnames: ['db'] }]);
    expect(at(deployment, 'spec.revisionHistoryLimit')).toBe(2);
    expect(at(deployment, pod)).not.toHaveProperty('affinity');
    expect(at(deployment, `${pod}.containers.0.args`)).toEqual(['--fast', '--safe']);
    expect(deployment.metadata?.annotations).toEqual({ 'example.org/a~b': 'd' });
  });

  test('reach fields that are newer than the typed classes', () => {
    const deployment = only(
      render(patch('add', '/spec/template/spec/hostnameOverride', 'web')),
      'Deployment',
    );
    expect(at(deployment, `${pod}.hostnameOverride`)).toBe('web');
  });

  test('that do not fit are all reported, each at its place in the input', () => {
    const problems = problemsOf(
      patch('replace', '/spec/template/spec/dnsPolicy', 'None'),
      patch('add', '/spec/tempalte/spec/dnsPolicy', 'None'),
      patch('remove', '/spec/template/spec/containers/1'),
      { ...patch('remove', '/spec'), kind: 'Deploymet' },
      patch('remove', '/spec', undefined, { name: 'wep' }),
      patch('add', '/spec/replicas/much', 1),
      patch('add', '/spec/__proto__', { polluted: true }),
    );
    expect(problems.map(({ at: where, cause, code, remedy }) => [where?.file, code, cause, remedy]))
      .toMatchInlineSnapshot(`
      [
        [
          "dev.apps.web.patches.0.path",
          "patch-without-path",
          "the patch of /spec/template/spec/dnsPolicy does not fit: /spec/template/spec has no "dnsPolicy"",
          "Write "op: add" for a field that is not there yet.",
        ],
        [
          "dev.apps.web.patches.1.path",
          "patch-without-path",
          "the patch of /spec/tempalte/spec/dnsPolicy does not fit: /spec has no "tempalte"",
          "Did you mean "template"?",
        ],
        [
          "dev.apps.web.patches.2.path",
          "patch-without-path",
          "the patch of /spec/template/spec/containers/1 does not fit: /spec/template/spec/containers is a list of 1, and has no entry "1"",
          "Count from 0; "-" adds at the end.",
        ],
        [
          "dev.apps.web.patches.3.kind",
          "patch-without-target",
          "the app has no Deploymet to patch",
          "Did you mean "Deployment"?",
        ],
        [
          "dev.apps.web.patches.4.name",
          "patch-without-target",
          "the app has no Deployment named "wep"",
          "Did you mean "web"?",
        ],
        [
          "dev.apps.web.patches.5.path",
          "patch-without-path",
          "the patch of /spec/replicas/much does not fit: /spec/replicas is a plain value, with nothing below it",
          undefined,
        ],
        [
          "dev.apps.web.patches.6.path",
          "patch-without-path",
          "the patch of /spec/__proto__ does not fit: /spec has no "__proto__"",
          "There are: progressDeadlineSeconds, replicas, revisionHistoryLimit, selector, strategy, template.",
        ],
      ]
    `);
    expect({}).not.toHaveProperty('polluted');
  });

  test('have to say which object they mean where there are several', () => {
    const stage = stageOf({
      apps: {
        rules: {
          kind: 'manifests',
          path: 'rules',
          patches: [{ ...patch('remove', '/data'), kind: 'ConfigMap' }],
        },
      },
    });
    const manifests = ['b', 'a'].map((name) => ({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name },
      data: { name },
    }));
    expect(() => renderApp(stage, appOf(stage, 'rules'), { manifests })).toThrow('Give it a name: a, b.');
  });
});

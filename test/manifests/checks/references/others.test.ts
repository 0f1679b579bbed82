import { causes, deployment, object, podSpec } from '../../objects';

describe('autoscalers', () => {
  const rule = 'autoscaler-target';
  const cpu = {
    type: 'Resource',
    resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 80 } },
  };
  const hpa = (target: object, spec: object = {}, name = 'web') =>
    object('autoscaling/v2', 'HorizontalPodAutoscaler', name, {
      spec: {
        scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web', ...target },
        ...spec,
      },
    });

  test('the target is found by group, kind and name', () => {
    expect(causes(rule, [deployment('web'), hpa({}, { metrics: [cpu] })])).toEqual([]);
    expect(causes(rule, [deployment('webs'), hpa({})])).toEqual([
      'HorizontalPodAutoscaler shop/web: spec.scaleTargetRef "web" names no Deployment of namespace shop; did you mean "webs"?',
    ]);
    expect(causes(rule, [deployment('web'), hpa({ kind: 'StatefulSet' })])).toHaveLength(1);
  });

  test('the target sets no replicas', () => {
    expect(causes(rule, [deployment('web', podSpec(), { replicas: 2 }), hpa({})])).toEqual([
      'Deployment shop/web: spec.replicas 2 is set, and HorizontalPodAutoscaler web scales it',
    ]);
  });

  test('KEDA is held to the same', () => {
    const scaled = object('keda.sh/v1alpha1', 'ScaledObject', 'web', {
      spec: { scaleTargetRef: { name: 'web' } },
    });
    expect(causes(rule, [deployment('web', podSpec(), { replicas: 2 }), scaled])).toHaveLength(1);
    expect(causes(rule, [deployment('web'), scaled])).toEqual([]);
  });

  test('two autoscalers do not share a target', () => {
    expect(causes(rule, [deployment('web'), hpa({}), hpa({}, {}, 'web-2')])).toHaveLength(1);
  });

  test('a share of the request needs a request', () => {
    const bare = deployment('web', podSpec({ resources: { requests: { memory: '1Gi' } } }));
    const found = causes(rule, [bare, hpa({}, { metrics: [cpu] })]);
    expect(found).toEqual([expect.stringContaining('has none in spec.template.spec.containers[web]')]);
    const limitRange = object('v1', 'LimitRange', 'l', {
      spec: { limits: [{ defaultRequest: { cpu: '1' } }] },
    });
    expect(causes(rule, [bare, hpa({}, { metrics: [cpu] }), limitRange])).toEqual([]);
  });

  test('a measured container exists', () => {
    const metrics = [{ type: 'ContainerResource', containerResource: { ...cpu.resource, container: 'wbe' } }];
    expect(causes(rule, [deployment('web'), hpa({}, { metrics })])).toHaveLength(1);
  });
});

describe('budgets and policies', () => {
  const rule = 'selects-nothing';
  const budget = (name: string, labels: object) =>
    object('policy/v1', 'PodDisruptionBudget', name, { spec: { selector: { matchLabels: labels } } });
  const policy = (spec: object) => object('networking.k8s.io/v1', 'NetworkPolicy', 'p', { spec });
  const app = (name: string) => ({ podSelector: { matchLabels: { app: name } } });

  test('a budget protects pods that exist', () => {
    expect(causes(rule, [deployment('web'), budget('web', { app: 'web' })])).toEqual([]);
    expect(causes(rule, [deployment('web'), budget('web', { app: 'wbe' })])).toEqual([
      'PodDisruptionBudget shop/web: spec.selector (app=wbe) matches the pods of no workload',
    ]);
  });

  test('no pod has two budgets', () => {
    expect(
      causes(rule, [deployment('web'), budget('a', { app: 'web' }), budget('b', { app: 'web' })]),
    ).toEqual([
      'PodDisruptionBudget shop/b: spec.selector matches Deployment web, which PodDisruptionBudget a has already',
    ]);
  });

  test('a policy for all pods is fine, one for none is not', () => {
    expect(causes(rule, [policy({ podSelector: {} }), deployment('web')])).toEqual([]);
    expect(causes(rule, [policy(app('web')), deployment('web')])).toEqual([]);
    expect(causes(rule, [policy(app('wbe')), deployment('web')])).toHaveLength(1);
    expect(causes(rule, [policy(app('main'))], { existing: ['Pod/main'] })).toEqual([]);
  });

  test('its peers inside the stage exist', () => {
    const from = (peer: object) =>
      causes(rule, [deployment('web'), policy({ ...app('web'), ingress: [{ from: [peer] }] })]);
    expect(from(app('web'))).toEqual([]);
    expect(from(app('gone'))).toEqual([
      'NetworkPolicy shop/p: spec.ingress[0].from[0].podSelector (app=gone) matches the pods of no workload',
    ]);
    const named = (name: string) => ({
      namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': name } },
    });
    expect(from({ ...app('gone'), ...named('shop') })).toHaveLength(1);
    expect(from({ ...app('gone'), ...named('of-others') })).toEqual([]);
    expect(from({ ipBlock: { cidr: '10.0.0.0/8' } })).toEqual([]);
  });

  test('ports that it names are ports of the pods', () => {
    const ports = (direction: string, rule_: object) =>
      causes(rule, [deployment('web'), deployment('api'), policy({ ...app('web'), [direction]: [rule_] })]);
    expect(ports('ingress', { ports: [{ port: 'http' }, { port: 9999 }] })).toEqual([]);
    expect(ports('ingress', { ports: [{ port: 'htp' }] })).toEqual([
      'NetworkPolicy shop/p: spec.ingress[0].ports "htp" names no port of the pods it stands for; did you mean "http"?',
    ]);
    expect(ports('egress', { to: [app('api')], ports: [{ port: 'grpc' }] })).toHaveLength(1);
    expect(ports('egress', { ports: [{ port: 'dns' }] })).toEqual([]);
  });
});

describe('access', () => {
  const rule = 'missing-access';
  const rbac = (kind: string, name: string, rest: object = {}) =>
    object('rbac.authorization.k8s.io/v1', kind, name, rest);
  const binding = (roleRef: object, subject: object = { name: 'web' }) =>
    rbac('RoleBinding', 'b', { roleRef, subjects: [{ kind: 'ServiceAccount', ...subject }] });
  const account = object('v1', 'ServiceAccount', 'web');
  const role = { kind: 'Role', name: 'reader' };

  test('a binding names a role and an account of the stage', () => {
    expect(causes(rule, [account, rbac('Role', 'reader'), binding(role)])).toEqual([]);
    expect(causes(rule, [rbac('Role', 'readers'), binding(role)])).toEqual([
      'RoleBinding shop/b: roleRef.name "reader" names no Role of namespace shop; did you mean "readers"?',
      'RoleBinding shop/b: subjects[web] "web" names no ServiceAccount of namespace shop',
    ]);
  });

  test.each(['view', 'cluster-admin', 'system:auth-delegator'])(
    'ClusterRole %s is on every cluster',
    (name) => {
      expect(causes(rule, [account, binding({ kind: 'ClusterRole', name })])).toEqual([]);
    },
  );

  test('another ClusterRole is rendered or listed', () => {
    const custom = binding({ kind: 'ClusterRole', name: 'mine' });
    expect(causes(rule, [account, custom])).toEqual([
      'RoleBinding shop/b: roleRef.name "mine" names no ClusterRole of the stage',
    ]);
    expect(causes(rule, [account, custom, rbac('ClusterRole', 'mine')])).toEqual([]);
    expect(causes(rule, [account, custom], { existing: ['ClusterRole/mine'] })).toEqual([]);
  });

  test('default accounts, users, and accounts of other namespaces are not looked for', () => {
    const roles = rbac('Role', 'reader');
    expect(causes(rule, [roles, binding(role, { name: 'default' })])).toEqual([]);
    expect(causes(rule, [roles, binding(role, { kind: 'User', name: 'x' })])).toEqual([]);
    expect(causes(rule, [roles, binding(role, { name: 'x', namespace: 'monitoring' })])).toEqual([]);
  });

  test('Secrets that an account hands to its pods exist', () => {
    const pulling = { ...account, imagePullSecrets: [{ name: 'registry' }] };
    expect(causes(rule, [pulling])).toEqual([
      'ServiceAccount shop/web: imagePullSecrets "registry" names no Secret of namespace shop',
    ]);
    expect(causes(rule, [pulling], { existing: ['Secret/registry'] })).toEqual([]);
  });
});

import { z } from 'zod';
import { appValues } from '../../src/model/values/app-shape';
import { imageReference, quantity } from '../../src/model/values/scalars';
import { BASE, complaintsOf, loadFiles } from '../support/environments';

/** The complaints about one more line of the app in base.yaml, which is line 18. */
const withLine = (line: string): string[] =>
  complaintsOf({ 'base.yaml': `${BASE}    ${line}\n`, 'dev.yaml': '{}' });

test.each([
  [
    'replica: 3',
    '18:5: apps.web.replica is not known here [unknown-key]\n    It would have no effect.\n    → Did you mean "replicas"?',
  ],
  ['replicas: three', '18:15: apps.web.replicas is "three": must be a whole number [wrong-type]'],
  [
    'replicas: "3"',
    '18:15: apps.web.replicas is "3": must be a whole number [wrong-type]\n    → Write it without quotes: 3.',
  ],
  ['replicas: 1.5', '18:15: apps.web.replicas is the number 1.5: must be a whole number [wrong-type]'],
  ['replicas: .inf', '18:15: apps.web.replicas is the number Infinity: must be a whole number [wrong-type]'],
  ['replicas: [1]', '18:5: apps.web.replicas is a list: must be a whole number [wrong-type]'],
  ['replicas: { a: 1 }', '18:5: apps.web.replicas is a map: must be a whole number [wrong-type]'],
  ['env: [A]', '18:5: apps.web.env is a list: must be a map of keys and values [wrong-type]'],
  [
    'env: { A: 8080 }',
    '18:15: apps.web.env.A is a number: must be a string: put it in quotes, YAML would change its spelling otherwise [wrong-type]',
  ],
  ['env: { "a b": x }', '18:12: the key "a b" must be a name such as LOG_LEVEL [invalid-name]'],
  ['args: []', '18:5: apps.web.args is a list: must have at least 1 element [invalid-value]'],
  ['args: x', '18:11: apps.web.args is a text: must be a list [wrong-type]'],
  [
    'topologySpread: { zone: schedule }',
    '18:29: apps.web.topologySpread.zone is "schedule": must be one of ScheduleAnyway, DoNotSchedule [invalid-value]',
  ],
  [
    'service: { headless: yes }',
    '18:26: apps.web.service.headless is "yes": must be true or false [wrong-type]\n    → YAML 1.2 knows true and false.',
  ],
  [
    'service: { type: clusterip }',
    '18:22: apps.web.service.type is "clusterip": must be one of ClusterIP, NodePort, LoadBalancer [invalid-value]\n    → Did you mean "ClusterIP"?',
  ],
  [
    'rollout: { maxSurge: 25 percent }',
    '18:26: apps.web.rollout.maxSurge is "25 percent": must look like 25% [invalid-value]',
  ],
  [
    'rollout: { maxSurge: -1 }',
    '18:26: apps.web.rollout.maxSurge is the number -1: must be at least 0 [invalid-value]',
  ],
  [
    'rollout: { maxSurge: true }',
    '18:26: apps.web.rollout.maxSurge is true: must be a whole number, or text [wrong-type]',
  ],
  [
    'files: { /etc/a: { content: x, mode: 0644 } }',
    '18:42: apps.web.files["/etc/a"].mode is a number: must be a string in quotes such as "0755": YAML reads a bare 0755 as a decimal number [wrong-type]',
  ],
  [
    'files: { /etc/a: { content: x, mode: "0644", owner: me } }',
    '18:50: apps.web.files["/etc/a"].owner is not known here [unknown-key]\n    It would have no effect.\n    → There are: content, mode.',
  ],
  [
    'probes: { readiness: {} }',
    '18:15: apps.web.probes.readiness: needs exactly one of httpGet, tcpSocket, grpc, exec [contradiction]',
  ],
  ['patches: [{ kind: Service, op: remove }]', '18:15: apps.web.patches[0].path is missing [missing-key]'],
  [
    'patches: [{ kind: Service, op: remove, path: /metadata/name }]',
    '18:50: apps.web.patches[0].path is "/metadata/name": must not change which object this is: apiVersion, kind, name and namespace follow from the app [invalid-value]',
  ],
  [
    'patches: [{ kind: Deployment, op: add, path: /spec/minReadySeconds, value: .inf }]',
    '18:80: apps.web.patches[0].value is a number: must hold finite numbers only: no object has others [invalid-value]',
  ],
  [
    'patches: [{ kind: Deployment, op: add, path: /spec/strategy, value: { a: [1, .nan] } }]',
    '18:66: apps.web.patches[0].value: must hold finite numbers only: no object has others [contradiction]',
  ],
  [
    'namespace: a/../b',
    '18:16: apps.web.namespace is "a/../b": must be a DNS label: lower-case letters, digits and hyphens, 63 at most, no hyphen first or last [invalid-value]',
  ],
  [
    'schedule: "* * * * *"',
    '18:5: apps.web.schedule is not known here [unknown-key]\n    It would have no effect.',
  ],
])('%s is a problem', (line, complaint) => {
  expect(withLine(line)).toEqual([expect.stringContaining(`environments/base.yaml:${complaint}`)]);
});

test.each([
  [
    'image: nginx',
    'must carry a digest, or a tag that does not end in "latest": otherwise nobody can tell what runs',
  ],
  [
    'image: nginx:latest',
    'must carry a digest, or a tag that does not end in "latest": otherwise nobody can tell what runs',
  ],
  ['image: registry.example.com:5000/nginx', 'must carry a digest, or a tag'],
  ['image: registry.example.com:5000/nginx:prod-latest', 'must carry a digest, or a tag'],
  ['image: Nginx:1', 'must be an image reference: [host[:port]/]path[:tag][@digest]'],
])('%s is refused', (line, complaint) => {
  const base = BASE.replace(/image: .*/, line);
  expect(complaintsOf({ 'base.yaml': base, 'dev.yaml': '{}' })).toEqual([
    expect.stringContaining(
      `environments/base.yaml:12:12: apps.web.image is "${line.slice(7)}": ${complaint}`,
    ),
  ]);
});

test('an empty text is told one thing, not all that an empty text is not', () => {
  const base = BASE.replace(/image: .*/, 'image: ""');
  expect(complaintsOf({ 'base.yaml': base, 'dev.yaml': 'hold: ""\n' })).toEqual([
    expect.stringMatching(/apps.web.image is the empty text: must be an image reference/),
    expect.stringMatching(/dev.yaml:1:7: hold is the empty text: must have at least 3 characters/),
  ]);
});

test('an unknown kind names the nearest', () => {
  expect(
    complaintsOf({ 'base.yaml': BASE.replace('kind: service', 'kind: servce'), 'dev.yaml': '{}' }),
  ).toEqual([
    `environments/base.yaml:11:11: apps.web.kind is "servce": must be one of service, worker, stateful, job, cronjob, manifests [invalid-value]
    → Did you mean "service"?`,
  ]);
});

test('a Kubernetes version without quotes is told to get some', () => {
  const base = BASE.replace("'1.33'", '1.33');
  expect(complaintsOf({ 'base.yaml': base, 'dev.yaml': '{}' })).toEqual([
    expect.stringMatching(
      /base\.yaml:6:17: clusters\.main\.kubernetes is the number 1\.33: .*\n {4}→ Put it in quotes: "1\.33"\./,
    ),
  ]);
});

test('keys in the wrong file are told where they belong', () => {
  expect(complaintsOf({ 'base.yaml': `promotesFrom: x\n${BASE}`, 'dev.yaml': 'clusters: {}' })).toEqual([
    expect.stringContaining(
      '1:1: promotesFrom is not known here [unknown-key]\n    It would have no effect.\n    → It belongs in the file of a stage.',
    ),
    expect.stringContaining(
      '1:1: clusters is not known here [unknown-key]\n    It would have no effect.\n    → It belongs in environments/base.yaml.',
    ),
  ]);
});

test('what base.yaml must say of the repository is missed in base.yaml', () => {
  expect(
    complaintsOf({ 'base.yaml': 'apps: {}\nrepository: {}\n', 'dev.yaml': '{}' }).map(
      (c) => c.split('\n')[0],
    ),
  ).toEqual([
    'environments/base.yaml:1:1: project is missing [missing-key]',
    'environments/base.yaml:1:1: clusters is missing [missing-key]',
    'environments/base.yaml:2:1: repository.url is missing [missing-key]',
    'environments/dev.yaml:1:1: cluster is missing [missing-key]',
  ]);
});

test.each(['Web', 'a_b', '../web', 'a'.repeat(64), 'kustomization'])('no app is called %j', (name) => {
  const dev = `apps: { "${name}": { kind: manifests, path: x } }`;
  expect(complaintsOf({ 'base.yaml': BASE, 'dev.yaml': dev })).toEqual([
    expect.stringMatching(/dev\.yaml:1:9: .* \[(invalid|reserved)-name\]/),
  ]);
});

test.each(['../x', '/etc', 'a/../../b', 'a\\b'])('a folder of manifests is not at %j', (path) => {
  const dev = `apps: { x: { kind: manifests, path: '${path}' } }`;
  expect(complaintsOf({ 'base.yaml': BASE, 'dev.yaml': dev })).toEqual([
    expect.stringContaining('must be a path inside the repository, without ".." [invalid-value]'),
  ]);
});

test.each([
  ['env: { API_KEY: 12345678 }', '12345678'],
  ['args: { token: hunter2 }', 'hunter2'],
  ['podAnnotations: { password: 4711 }', '4711'],
  ['command: hunter2', 'hunter2'],
  ['secrets: { db: { sealed: { a: hunter2 } } }', 'hunter2'],
])('what may be a secret is not repeated: %s', (line, secret) => {
  const complaints = withLine(line);
  expect(complaints).toHaveLength(1);
  expect(complaints.join()).not.toContain(secret);
});

test('every problem of every file is reported in one run', () => {
  const complaints = complaintsOf({
    'base.yaml': `${BASE}    replica: 1\n    args: x\n`,
    'dev.yaml': 'promotesFrom: nowhere\nnamespace: A\n',
    'prod.yaml': 'a: "\n',
    'qa.yml': '',
  });
  expect(complaints.map((complaint) => /^[^ ]+: /.exec(complaint)![0])).toEqual([
    'environments/base.yaml:18:5: ',
    'environments/base.yaml:19:11: ',
    'environments/dev.yaml:1:15: ',
    'environments/dev.yaml:2:12: ',
    'environments/prod.yaml:2:1: ',
    'environments/qa.yml: ',
  ]);
});

const database = {
  name: 'database',
  values: appValues({ image: imageReference, storage: quantity.default('1Gi') }),
};

test('a class in src/apps/ is deployed to every stage, without an entry where its defaults are enough', () => {
  const cache = { name: 'cache', values: appValues({ size: quantity.default('1Gi') }) };
  const [dev] = loadFiles({ 'base.yaml': BASE, 'dev.yaml': '{}' }, [cache]).environments;
  expect(dev!.apps.map(({ kind, name }) => [name, kind])).toEqual([
    ['cache', 'class'],
    ['web', 'service'],
  ]);
  const without = loadFiles({ 'base.yaml': BASE, 'dev.yaml': 'apps: { cache: null }' }, [cache]).environments;
  expect(without[0]!.apps.map(({ name }) => name)).toEqual(['web']);
});

test('the values of a class are checked by its own schema', () => {
  const complaints = (dev: string): string[] =>
    complaintsOf({ 'base.yaml': BASE, 'dev.yaml': dev }, [database]);
  expect(complaints('apps: { database: { image: a:1 } }')).toEqual([]);
  expect(complaints('{}')).toEqual([
    expect.stringContaining('base.yaml:9:1: apps.database.image is missing'),
  ]);
  expect(complaints('apps: { database: { image: a:1, size: 1Gi, kind: service } }')).toEqual([
    expect.stringContaining('dev.yaml:1:33: apps.database.size is not known here'),
    expect.stringContaining('dev.yaml:1:44: apps.database.kind is not known here'),
  ]);
  expect(complaints('apps: { database: { image: a:1, kind: service } }')).toEqual([
    expect.stringContaining(
      '"database" is the class of this name: delete the kind, or rename one of the two.',
    ),
  ]);
});

test('a class whose schema has a kind of its own is named: it would be taken for an app of that kind', () => {
  const values = appValues({ kind: z.enum(['worker', 'mysql']).default('mysql') });
  const odd = { name: 'odd', file: 'src/apps/odd.js', values };
  expect(complaintsOf({ 'base.yaml': BASE, 'dev.yaml': '{}' }, [odd])).toEqual([
    expect.stringContaining('src/apps/odd.js: the values of the class "odd" have a "kind"'),
  ]);
});

test('a class whose schema lacks what every app has is named', () => {
  const odd = { name: 'odd', file: 'src/apps/odd.ts', values: z.strictObject({}) };
  expect(complaintsOf({ 'base.yaml': BASE, 'dev.yaml': '{}' }, [odd])).toEqual([
    expect.stringContaining(
      'src/apps/odd.ts: the values of the class "odd" lack what every app has [class-values]',
    ),
  ]);
});

test.each([
  ['hold a bigint at size', z.string().transform(BigInt).prefault('12')],
  ['hold a bigint at size.0["in it"]', z.unknown().transform(() => [{ 'in it': 3n }])],
  [
    'contain themselves at size.self.list.0',
    z.unknown().transform(() => {
      const self: { list: unknown[] } = { list: [] };
      self.list.push(self);
      return { self };
    }),
  ],
])('a class whose values %s is named, with the path', (says, size) => {
  const odd = { name: 'odd', file: 'src/apps/odd.ts', values: appValues({ size }) };
  expect(complaintsOf({ 'base.yaml': BASE, 'dev.yaml': 'apps: { odd: { size: "1" } }' }, [odd])).toEqual([
    `src/apps/odd.ts: the values of the class "odd" ${says} [class-values]
    They could not be held against those of earlier runs.
    → Let the schema leave texts, numbers, lists and maps, and make the rest of them in the constructor.`,
  ]);
});

test('a class whose schema leaves no values at all is named', () => {
  for (const nothing of [null, 'text', 3n]) {
    const odd = { name: 'odd', file: 'src/apps/odd.ts', values: appValues({}).transform(() => nothing) };
    expect(complaintsOf({ 'base.yaml': BASE, 'dev.yaml': '{}' }, [odd])).toEqual([
      expect.stringContaining('src/apps/odd.ts: the values of the class "odd" lack what every app has'),
    ]);
  }
});

test('values that are dates, maps, functions and the like are for the class to read', () => {
  const size = z.unknown().transform(() => {
    const twice = { a: 1 };
    return [new Date(NaN), new Map([[1n, 2n]]), new Set(['a']), Symbol('b'), () => 'c', NaN, twice, twice];
  });
  const odd = { name: 'odd', file: 'src/apps/odd.ts', values: appValues({ size }) };
  expect(complaintsOf({ 'base.yaml': BASE, 'dev.yaml': 'apps: { odd: { size: 1 } }' }, [odd])).toEqual([]);
});

test('a kind that is missing, or that there is not, names the classes, which have none', () => {
  const queue = { name: 'queue', values: appValues({}) };
  const base = `${BASE}  quue: { size: 1 }\n  api: {}\n  store: { kind: Deployment }\n  poll: { kind: wroker }\n  no:\n    kind:\n`;
  const kinds = 'service, worker, stateful, job, cronjob, manifests';
  const without = 'An app without a kind is a class in src/apps/, called as its file';
  expect(complaintsOf({ 'base.yaml': base, 'dev.yaml': '{}' }, [database, queue])).toEqual([
    expect.stringMatching(/base\.yaml:9:1: apps\.database\.image is missing/),
    `environments/base.yaml:18:3: apps.quue.kind is missing [missing-key]
    → Did you mean "queue", a class in src/apps/?`,
    `environments/base.yaml:19:3: apps.api.kind is missing [missing-key]
    → It is one of ${kinds}. ${without}; there are: database, queue.`,
    `environments/base.yaml:20:18: apps.store.kind is "Deployment": must be one of ${kinds} [invalid-value]
    → ${without}; there are: database, queue.`,
    `environments/base.yaml:21:17: apps.poll.kind is "wroker": must be one of ${kinds} [invalid-value]
    → Did you mean "worker"?`,
    expect.stringMatching(/base\.yaml:23:5: apps\.no\.kind has no value \[empty-value\]/),
  ]);
  expect(complaintsOf({ 'base.yaml': `${BASE}  api: {}\n`, 'dev.yaml': '{}' })).toEqual([
    expect.stringMatching(/It is one of .*, manifests\. An app without a kind is .* as its file\.$/),
  ]);
});

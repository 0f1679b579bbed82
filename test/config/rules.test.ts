import { APP_RULES, REPOSITORY_RULES, STAGE_RULES } from '../../src/config/rules';
import { BASE, complaintsOf, RESOURCES, type Files } from '../support/environments';

const base = (lines: string): string => `${BASE}${lines}\n`;
const web = (line: string): Files => ({ 'base.yaml': base(`    ${line}`), 'dev.yaml': '{}' });
const dev = (text: string): Files => ({ 'base.yaml': BASE, 'dev.yaml': text });
const replaced = (from: string | RegExp, to: string): Files => ({
  'base.yaml': BASE.replace(from, to),
  'dev.yaml': '{}',
});
const app = (name: string, kind: string, more: string): string =>
  `${name}: { kind: ${kind}, image: a:1, ${RESOURCES}, ${more} }`;

// For each rule, what breaks it and what is then said, in the order of the alphabet.
const CASES: readonly [rule: string, files: Files, complaint: RegExp][] = [
  [
    'address-has-no-secrets',
    replaced('https://git', 'https://me:s3cret@git'),
    /base\.yaml:3:20: repository\.url has credentials in it \[repository-url-credentials\]/,
  ],
  [
    'address-has-no-secrets',
    replaced('https://git', 'https://s3cret@git'),
    /base\.yaml:3:20: repository\.url has credentials in it/,
  ],
  [
    'address-has-no-secrets',
    replaced('https://git.example.com/shop.git', 'shop'),
    /base\.yaml:3:20: repository\.url is no address by https, ssh or file \[repository-url\]/,
  ],
  [
    'asked-ports-exist',
    web('probes: { readiness: { httpGet: { path: /, port: htpp } } }'),
    /base\.yaml:18:54: probes\.readiness\.httpGet of web asks the port htpp.*\[unknown-port\]\n.*\n.*Did you mean "http"\?/,
  ],
  [
    'asked-ports-exist',
    web('probes: { liveness: { tcpSocket: { port: 81 } } }'),
    /base\.yaml:18:46: .*asks the port 81/,
  ],
  [
    'asked-ports-exist',
    web('probes: { startup: { grpc: { port: 81 } } }'),
    /probes\.startup\.grpc of web asks the port 81/,
  ],
  [
    'asked-ports-exist',
    web('preStop: { httpGet: { path: /, port: stop } }'),
    /preStop\.httpGet of web asks the port stop/,
  ],
  [
    'asked-ports-exist',
    web(`sidecars: { s: { ${RESOURCES}, probes: { liveness: { tcpSocket: { port: http } } } } }`),
    /sidecars\.s\.probes\.liveness\.tcpSocket of web asks the port http/,
  ],
  [
    'calls-exist',
    web('network: { to: [bakend] }'),
    /base\.yaml:18:21: network\.to of web names "bakend", and there is no such app \[unknown-app\]/,
  ],
  [
    'calls-exist',
    web('network: { to: [web] }'),
    /base\.yaml:18:21: network\.to of web names the app itself \[calls-itself\]/,
  ],
  [
    'claim-templates-are-stateful',
    web('volumes: { d: { mountPath: /d, claimTemplate: { storage: 1Gi } } }'),
    /base\.yaml:18:36: the volume "d" of web is a claimTemplate, which only kind: stateful has \[claim-template-without-stateful\]/,
  ],
  [
    'cluster-lets-in',
    web('ingress: { host: a.example.com }'),
    /base\.yaml:18:5: "web" asks for an Ingress, and the cluster "main" has no ingress \[no-ingress\]/,
  ],
  [
    'cluster-lets-in',
    web('route: { hostnames: [a.example.com] }'),
    /base\.yaml:18:5: "web" asks for an HTTPRoute, and the cluster "main" has no gateway \[no-gateway\]/,
  ],
  [
    'cluster-lets-in',
    {
      ...web('route: { hostnames: [a.example.com] }'),
      'base.yaml': base('    route: { hostnames: [a.example.com] }').replace(
        'cluster: main',
        '    gateway: { name: g, namespace: n }\ncluster: main',
      ),
    },
    /does not provide gateway-api \[no-gateway\]/,
  ],
  [
    'container-names-differ',
    web(`sidecars: { web: { ${RESOURCES} } }`),
    /base\.yaml:18:17: two containers of web are called "web".*\[container-twice\]/,
  ],
  [
    'container-names-differ',
    web(`sidecars: { a: { ${RESOURCES} } }\n    initContainers: { a: { ${RESOURCES} } }`),
    /base\.yaml:18:17: two containers of web are called "a"/,
  ],
  [
    'exposed-ports-are-served',
    web('ingress: { host: a.example.com, port: htpp }'),
    /base\.yaml:18:43: ingress of web leads to the port "htpp", which its Service does not carry \[unknown-port\]\n.*Did you mean "http"\?/,
  ],
  [
    'exposed-ports-are-served',
    replaced(', servicePort: 80 }', ' }\n    ingress: { host: a.example.com }'),
    /Give the port "http" a servicePort\./,
  ],
  [
    'limit-range-is-ordered',
    dev('limitRange: { min: { cpu: 2 }, max: { cpu: 1500m } }'.replace('2', '"2"')),
    /dev\.yaml:1:27: limitRange\.min\.cpu is 2, which is more than limitRange\.max\.cpu, 1500m \[limit-range-order\]/,
  ],
  [
    'metrics-are-served',
    {
      ...replaced('[metrics-server]', '[]'),
      'dev.yaml': 'apps: { web: { autoscaling: { minReplicas: 1, maxReplicas: 2, cpuUtilization: 80 } } }',
    },
    /dev\.yaml:1:16: web is autoscaled, and the cluster "main" does not provide metrics-server \[no-metrics\]/,
  ],
  [
    'mount-paths-differ',
    web('volumes: { a: { mountPath: /d, emptyDir: {} }, b: { mountPath: /d/, emptyDir: {} } }'),
    /base\.yaml:18:68: the volume "a" and the volume "b" are both mounted at \/d\/ \[mount-path-twice\]/,
  ],
  [
    'mount-paths-differ',
    web('volumes: { a: { mountPath: /etc/a, emptyDir: {} } }\n    files: { /etc/a: x }'),
    /the file \/etc\/a and the volume "a" are both mounted/,
  ],
  [
    'mounts-exist',
    web(
      `volumes: { data: { mountPath: /d, emptyDir: {} } }\n    sidecars: { s: { ${RESOURCES}, mounts: [dta] } }`,
    ),
    /base\.yaml:19:110: the container "s" mounts "dta", which is none of the volumes of web \[unknown-volume\]\n.*Did you mean "data"\?/,
  ],
  [
    'namespaces-are-not-shared',
    { 'base.yaml': BASE, 'dev.yaml': 'namespace: x', 'qa.yaml': 'namespace: x' },
    /qa\.yaml:1:12: the stages dev and qa all deploy into the namespace "x" of the cluster "main" \[namespace-shared\]/,
  ],
  [
    'namespaces-are-not-shared',
    { 'base.yaml': base('    namespace: y'), 'dev.yaml': '{}', 'qa.yaml': '{}' },
    /base\.yaml:18:16: the stages dev and qa all deploy into the namespace "y"[^]*→ Set apps\.web\.namespace in the file of each stage, such as y-qa in environments\/qa\.yaml\./,
  ],
  [
    'namespaces-are-ours',
    dev('namespace: kube-system'),
    /dev\.yaml:1:12: the namespace "kube-system" belongs to Kubernetes itself \[namespace-reserved\]/,
  ],
  [
    'namespaces-are-short',
    replaced('project: shop', `project: ${'s'.repeat(60)}`),
    /dev\.yaml:1:1: the namespace "s{60}-dev" has 64 characters; 63 are allowed \[name-too-long\]/,
  ],
  [
    'object-names-differ',
    dev(`apps: { ${app('shop', 'worker', 'renamedFrom: web')} }`),
    /dev\.yaml:1:\d+: renamedFrom names "web", and there still is an app of that name \[name-taken\]/,
  ],
  [
    'object-names-differ',
    dev(
      `apps: { web: null, ${app('a', 'worker', 'renamedFrom: old')}, ${app('b', 'worker', 'renamedFrom: old')} }`,
    ),
    /the apps a and b both say renamedFrom: old/,
  ],
  [
    'ports-differ',
    dev('apps: { web: { ports: { other: { containerPort: 8080 } } } }'),
    /dev\.yaml:1:49: containerPort 8080 of the port "other" is that of the port "http" too \[port-twice\]/,
  ],
  [
    'ports-differ',
    dev('apps: { web: { ports: { other: { containerPort: 8081, servicePort: 80 } } } }'),
    /dev\.yaml:1:68: servicePort 80 of the port "other" is that of the port "http" too/,
  ],
  [
    'ports-differ',
    web(`sidecars: { s: { ${RESOURCES}, ports: { http: { containerPort: 1 } } } }`),
    /two containers of web have a port "http"/,
  ],
  [
    'pre-stop-fits',
    { ...replaced("'1.33'", "'1.29'"), 'dev.yaml': 'apps: { web: { preStop: { sleepSeconds: 5 } } }' },
    /dev\.yaml:1:41: preStop\.sleepSeconds needs Kubernetes 1\.30 or later, and the cluster "main" runs 1\.29 \[kubernetes-too-old\]/,
  ],
  [
    'pre-stop-fits',
    web('preStop: { sleepSeconds: 30 }'),
    /base\.yaml:18:30: preStop\.sleepSeconds is 30, and the pod is killed after 30 s.*\[sleep-exceeds-grace\]/,
  ],
  [
    'renames-are-real',
    web('renamedFrom: web'),
    /base\.yaml:18:18: renamedFrom names the app itself \[renamed-from-itself\]/,
  ],
  [
    'requests-fit-limits',
    replaced('memory: 32Mi', 'memory: 1Gi'),
    /base\.yaml:16:37: resources\.requests\.memory of web is 1Gi, and its limit is 64Mi \[request-exceeds-limit\]/,
  ],
  [
    'resources-fit-range',
    dev('limitRange: { max: { memory: 63Mi } }'),
    /base\.yaml:17:25: resources\.limits\.memory of web is 64Mi, and limitRange\.max allows 63Mi \[outside-limit-range\]/,
  ],
  [
    'resources-fit-range',
    dev('limitRange: { min: { cpu: "0.051" } }'),
    /base\.yaml:16:24: resources\.requests\.cpu of web is 50m, and limitRange\.min wants 0\.051/,
  ],
  [
    'schedules-are-real',
    dev(`apps: { ${app('a', 'cronjob', 'schedule: "0 25 * * *"')} }`),
    /dev\.yaml:1:\d+: the schedule "0 25 \* \* \*" of a .*\[invalid-value\]/,
  ],
  [
    'schedules-are-real',
    dev(`apps: { ${app('a', 'cronjob', 'schedule: "0 5 * * *", timeZone: Mars/Base')} }`),
    /the time zone "Mars\/Base" of a is none/,
  ],
  [
    'sealed-is-no-copy',
    dev(
      `apps: { web: { secrets: { ${['db', 'queue'].map((name, i) => `${name}: { env: { V${i}: value }, sealed: { value: ${'A'.repeat(400)} } }`).join(', ')} } } }`,
    ),
    /dev\.yaml:1:\d+: the ciphertext of "value" is the one of environments\/dev\.yaml:1, sealed for .*web-db or for .*web-queue, and not for both \[sealed-copy\]/,
  ],
  [
    'sealed-is-of-a-stage',
    web(`secrets: { db: { env: { PASSWORD: password }, sealed: { password: ${'A'.repeat(400)} } } }`),
    /base\.yaml:18:71: the ciphertext of "password" stands in environments\/base\.yaml, and only one namespace can decrypt it \[sealed-in-base\]/,
  ],
  [
    'servers-have-no-secrets',
    replaced(
      "    kubernetes: '1.33'",
      "    kubernetes: '1.33'\n    server: https://me:s3cret@k8s.example.com",
    ),
    /base\.yaml:7:13: clusters\.main\.server has more in it than a host, a port and a path \[server-credentials\]/,
  ],
  [
    'service-ports-have-a-service',
    dev(`apps: { ${app('a', 'worker', 'ports: { x: { containerPort: 1, servicePort: 2 } }')} }`),
    /the port "x" of a has a servicePort, and an app of kind worker has no Service \[port-without-service\]/,
  ],
];

test.each(CASES)('%s is a rule (case %#)', (_, files, complaint) => {
  const complaints = complaintsOf(files);
  expect(complaints).toContainEqual(expect.stringMatching(complaint));
  expect(complaints.join()).not.toContain('s3cret');
});

test('every rule has a case', () => {
  const names = [...REPOSITORY_RULES, ...STAGE_RULES, ...APP_RULES].map(({ name }) => name).sort();
  expect([...new Set(CASES.map(([name]) => name))]).toEqual(names);
});

test('an app may call one that this stage does not deploy', () => {
  const files = {
    'base.yaml': base('    network: { to: [api] }\n  api: { kind: manifests, path: api }'),
    'dev.yaml': 'apps: { api: null }',
  };
  expect(complaintsOf(files)).toEqual([]);
});

test('one namespace may be that of several stages on several clusters', () => {
  const clusters = BASE.replace(
    'cluster: main',
    "  other: { kubernetes: '1.33', server: https://other.example.com }\ncluster: main",
  );
  const files = {
    'base.yaml': clusters,
    'dev.yaml': 'namespace: x',
    'qa.yaml': 'namespace: x\ncluster: other',
  };
  expect(complaintsOf(files)).toEqual([]);
});

test('a rename keeps the old name for one app', () => {
  expect(complaintsOf(dev(`apps: { web: null, ${app('shop', 'worker', 'renamedFrom: web')} }`))).toEqual([]);
});

test('a stage that the line comes from must be there', () => {
  expect(
    complaintsOf({ 'base.yaml': BASE, 'staging.yaml': '{}', 'prod.yaml': 'promotesFrom: stagin' }),
  ).toEqual([
    `environments/prod.yaml:1:15: promotesFrom names "stagin", and there is no such stage [unknown-stage]
    → Did you mean "staging"?`,
  ]);
});

test('a stage whose file cannot be read still is a stage', () => {
  expect(
    complaintsOf({ 'base.yaml': BASE, 'staging.yaml': 'a: "', 'prod.yaml': 'promotesFrom: staging' }),
  ).toEqual([expect.stringContaining('environments/staging.yaml:1:5: this is not YAML')]);
});

test('each circle in the line is told once', () => {
  const stages = { a: 'c', b: 'a', c: 'b', d: 'a', e: 'e' };
  const files = Object.entries(stages).map(([name, from]) => [`${name}.yaml`, `promotesFrom: ${from}`]);
  expect(complaintsOf({ 'base.yaml': BASE, ...Object.fromEntries(files) })).toEqual([
    expect.stringContaining(
      'environments/a.yaml:1:15: the line of promotion runs in a circle: a ← c ← b ← a [cycle-in-line]',
    ),
    expect.stringContaining(
      'environments/e.yaml:1:15: the line of promotion runs in a circle: e ← e [cycle-in-line]',
    ),
  ]);
});

test('a cluster must be known', () => {
  expect(complaintsOf(dev('cluster: mian'))).toEqual([
    `environments/dev.yaml:1:10: there is no cluster "mian" under "clusters" in environments/base.yaml [unknown-cluster]
    → Did you mean "main"?`,
  ]);
  expect(complaintsOf(dev('cluster: constructor'))).toEqual([expect.stringContaining('[unknown-cluster]')]);
});

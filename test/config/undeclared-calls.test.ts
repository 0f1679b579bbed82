import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { loadRepository } from '../../src/config';
import { appValues } from '../../src/model/values/app-shape';
import { Cache } from '../../src/synth/cache';
import { BASE, inRepository, RESOURCES } from '../support/environments';

const app = (name: string, more = '', kind = 'service'): string => `  ${name}:
    kind: ${kind}
    image: a/b:1
    ${RESOURCES}
${more}`;
const SERVED = '    ports: { http: { containerPort: 8080, servicePort: 80 } }\n';
const classes = [{ name: 'database', values: appValues({ size: z.int().default(1) }) }];

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'memory-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

/** What is said of these files, the same by a run that remembers and by one that does not. */
function told(base: string, dev = 'apps: {}\n'): string[] {
  const files = { 'base.yaml': base, 'dev.yaml': dev, 'prod.yaml': 'promotesFrom: dev\n' };
  return inRepository(files, (folder) => {
    const runs = [undefined, new Cache(root), new Cache(root)].map((memory) => {
      const { warnings } = loadRepository({ root: folder, classes, memory });
      memory?.save();
      return warnings.filter(({ code }) => code === 'undeclared-call');
    });
    expect(runs[1]).toEqual(runs[0]);
    expect(JSON.parse(JSON.stringify(runs[2]))).toEqual(runs[0]);
    return runs[0]!.map(({ cause, at }) => `${at?.file}:${at?.line}: ${cause}`);
  });
}

const caller = (more: string, to = ''): string =>
  `${BASE}${app('backend', SERVED)}${app('poll', '', 'worker')}${app('api', `${to}${more}`)}`;
const whole = (path: string, name = 'backend'): string =>
  `environments/base.yaml:27: ${path} of api names "${name}", and its network.to does not: network policies deny such calls`;

test.each([
  ["env: { URL: 'http://backend:8080/x' }", whole('env.URL')],
  ["env: { URL: 'https://u:p@backend.shop-dev.svc.cluster.local/x' }", whole('env.URL')],
  ['env: { URL: backend.shop-dev.svc }', whole('env.URL')],
  ["env: { BROKERS: 'web.example.com:80,backend:9092' }", whole('env.BROKERS')],
  ['env: { BACKEND_HOST: backend }', whole('env.BACKEND_HOST')],
  ["env: { URL: 'https://u:p@x@backend/@y' }", whole('env.URL')],
  ['args: [--backend=backend:80]', whole('args')],
  ['command: [app, tcp://backend]', whole('command')],
  ['files: { /a.conf: "a;\\nproxy_pass http://backend;" }', whole('files["/a.conf"]')],
  [`sidecars: { log: { env: { TO: 'tcp://backend:24224' }, ${RESOURCES} } }`, whole('sidecars.log.env.TO')],
  [
    `hooks: { try: { phase: PostSync, env: { TO: 'http://backend' }, ${RESOURCES} } }`,
    whole('hooks.try.env.TO'),
  ],
  ["env: { DB: 'pg://database-replica:5432/x' }", whole('env.DB', 'database')],
])('%s is told in one line, once for all stages', (values, line) => {
  expect(told(caller(`    ${values}\n`))).toEqual([line]);
});

test.each([
  ["env: { URL: 'http://backend' }", '    network: { to: [backend] }\n'],
  ["env: { URL: 'http://backend' }", '    network: { toNamespaces: [shop-dev, shop-prod] }\n'],
  [
    "env: { URL: 'http://backend.example.com', B: 'http://backend.dev', C: 'http://example.com/backend' }",
    '',
  ],
  ['env: { ROLE: backend, NAME: web }', ''],
  ["env: { BUCKET: 's3://backend/x', ID: 'spiffe://backend/x', FILE: 'file://backend/x' }", ''],
  ["env: { SELF: 'http://api:80', WORKER: 'http://poll:80' }", ''],
  ['files: { /a.conf: "backend:8080" }', ''],
])('%s is not told where %j', (values, network) => {
  expect(told(caller(`    ${values}\n`, network))).toEqual([]);
});

test('a stage that has no such app, or whose network is open, is not told', () => {
  const base = caller("    env: { URL: 'http://backend' }\n");
  expect(told(base, 'apps: { backend: null }\n')).toEqual([whole('env.URL')]);
  expect(told(base.replace('provides: [metrics-server]', 'openNetwork: for trying out'))).toEqual([]);
});

test('an app is known by the name that its objects keep, and each of several is told', () => {
  const base = `${BASE}${app('new', `${SERVED}    renamedFrom: old\n`)}${app('api', "    env: { A: 'http://old', B: 'http://new', C: 'http://web' }\n")}`;
  expect(told(base)).toEqual([
    expect.stringContaining('env.A of api names "new"'),
    expect.stringContaining('env.C of api names "web"'),
  ]);
});

import { CREDENTIALS } from './settings';

/** What classes read, which may say other things each time: Node loads each file of code once. */
export const READ_BY_CLASS = 'vendor/own.txt';
export const SAID_TO_CLASS: readonly string[] = [
  '',
  'image',
  'calls',
  'throws',
  'port',
  'secret',
  'named',
  'unhardened: it is old',
  'unhardened: it is new',
  'existing',
  'namespace',
  'not JSON',
  'defines',
  'thing',
  'role',
];

const DEFINITION = `{
  apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition', metadata: { name: 'things.example.com' },
  spec: {
    group: 'example.com', scope: 'Namespaced', names: { kind: 'Thing', plural: 'things' },
    versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object' } } }],
  },
}`;
const THING = `{ apiVersion: 'example.com/v1', kind: 'Thing', metadata: { name: 'a' } }`;
const ROLE = `{ apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole', metadata: { name: 'r' }, rules: [] }`;

/** A class that does what a file says, by way of a module beside it; as text that is TypeScript and JavaScript. */
const classOf = (
  image: string,
  secret: string,
): string => `const { ApiObject } = require('${require.resolve('cdk8s')}');
const { BaseApp, HttpService, appValues, values: v } = require('stageline');
const { read } = require('./lib/read');
const says = (word) => read() === word;
exports.Own = class extends BaseApp {
  static values = appValues({
    image: v.imageReference.default(() => (says('image') ? '${image}:2.0.0' : '${image}:1.0.0')),
  }).transform((values) => ({
    ...values,
    ...(says('not JSON') && { odd: new Map([[1, 2]]), gone: undefined, at: new Date(0) }),
    ...(says('calls') && { network: { ...values.network, to: ['web'] } }),
    ...(says('namespace') && { namespace: 'shop-own' }),
    ...(says('named') && { renamedFrom: 'web' }),
  }));
  constructor(scope, id, props) {
    super(scope, id, props);
    if (says('throws')) throw new Error('not today');
    const reason = /^unhardened: (.*)$/.exec(read())?.[1];
    new HttpService(this, 'main', {
      image: this.values.image,
      ports: { http: { containerPort: 80, servicePort: says('port') ? 81 : 80 } },
      env: ${secret},
      ...(says('existing') && { secrets: { db: { existing: 'made-by-others', env: { DB: 'db' } } } }),
      ...(reason && { unhardened: { readOnlyRootFilesystem: reason } }),
      resources: { requests: { cpu: '1m', memory: '1Mi' }, limits: { memory: '1Mi' } },
    });
    if (says('defines')) new ApiObject(this, 'definition', ${DEFINITION});
    if (says('thing')) new ApiObject(this, 'thing', ${THING});
    if (says('role')) new ApiObject(this, 'role', ${ROLE});
  }
};
`;

const PASSWORD = `{ DB_PASSWORD: '${CREDENTIALS[0]}' }`;
const UNLUCKY = `says('secret') ? ${PASSWORD} : {}`;
const ALLOWED = `says('port') ? {} : ${PASSWORD} // allowSecret: planted
      `;

/** Files of classes, each of which is there or not, and by two names one that is the same. */
export const CLASSES: Readonly<Record<string, string>> = {
  'src/apps/own.ts': classOf('shop/own', UNLUCKY),
  'src/apps/own.js': classOf('shop/own', UNLUCKY),
  'src/apps/second.ts': classOf('shop/second', '{}'),
  'src/apps/third.ts': classOf('shop/third', ALLOWED),
};

export const BESIDE_CLASSES: Readonly<Record<string, string>> = {
  'src/apps/lib/read.js': `const { existsSync, readFileSync } = require('node:fs');
const file = __dirname + '/../../../${READ_BY_CLASS}';
exports.read = () => (existsSync(file) ? readFileSync(file, 'utf8') : '');
`,
};

import { detect } from '../../src/secrets/detect';
import { plainSecrets, scanObject } from '../../src/secrets/objects';
import { cpuSeconds } from '../support/cpu';
import { planted } from '../support/planted';

const rules = (text: string, name?: string): string[] => detect(text, { name }).map(({ rule }) => rule);

test('a credential is found by its format, its name, its entropy, in an address and in base64', () => {
  expect(rules(`see ${planted.githubToken()} for it`)).toEqual(['github-token']);
  expect(rules(planted.awsKeyId())).toEqual(['aws-access-key']);
  expect(rules(planted.password(), 'DB_PASSWORD')).toEqual(['key-name']);
  expect(rules(planted.random(), 'SOME_VALUE')).toEqual(['entropy']);
  expect(rules(`postgres://shop:${planted.password()}@db:5432/shop`)).toEqual(['url-password']);
  expect(rules(planted.base64(`password=${planted.password()}`))).toEqual(['key-name']);
  expect(rules(planted.base64(planted.githubToken()))).toEqual(['github-token']);
  expect(rules(`Authorization: Basic ${planted.base64(`admin:${planted.password()}`)}`)).toEqual([
    'basic-auth',
  ]);
  expect(rules(`requirepass x\nmasterauth y\ndb_password = "${planted.password()}"\n`)).toEqual(['key-name']);
  expect(rules('letmein', 'REDIS_PASSWORD')).toEqual(['key-name']);
});

test('what only talks about credentials is no alarm', () => {
  const innocent: [string, string][] = [
    ['DB_PASSWORD_FILE', '/run/secrets/password'],
    ['TOKEN_TTL', '3600'],
    ['PASSWORD_MIN_LENGTH', '12'],
    ['SECRET_NAME', 'web-database'],
    ['secrets.description', 'Where they come from: a store, or 2 files.'],
    ['TOKEN_ENDPOINT', 'https://sso.example.com/token'],
    ['AUTH_ENABLED', 'true'],
    ['DB_PASSWORD', '$(OTHER_PASSWORD)'],
    ['DB_PASSWORD', '${DB_PASSWORD}'],
    ['API_TOKEN', '<your token>'],
    ['PUBLIC_KEY', planted.random()],
    ['IMAGE', `registry.example.com/web@sha256:${'0123456789abcdef'.repeat(4)}`],
    ['REVISION', '4f2a9c1e0b7d6a5f3e8c9b0a1d2e3f4a5b6c7d8e'],
    ['ID', '6f1c9a52-7a3f-4a0e-9d5e-0f3b1c2d4e5f'],
    ['JAVA_OPTS', '-XX:MaxRAMPercentage=75 -Djava.security.egd=file:/dev/urandom'],
    ['CLASS', 'com.example.security.authentication.TokenAuthenticationFilterFactory'],
  ];
  for (const [name, value] of innocent) expect([name, rules(value, name)]).toEqual([name, []]);
});

test('what was typed for show, is known to be public, or is part of something longer, is no alarm', () => {
  const quiet = [
    `api_key = "AIza${'a'.repeat(35)}"`,
    'token: xoxb-123456789012-123456789012-abcdefghijklmnopqrstuvwx',
    'curl -u user:password https://example.com',
    '-----BEGIN PRIVATE KEY-----\nanything\n-----END PRIVATE KEY-----',
    `etag: "${planted.random()}"`,
    `csrf_token_header ${planted.random()}`,
    `cache/${planted.random()}.js`,
    `DUMMY_TOKEN=${planted.random()}`,
    `primaryKey: ${planted.random().slice(0, 20)}`,
    '--initial-cluster-token etcd-cluster-1',
    `-----BEGIN CERTIFICATE-----\n${planted.random()}\n${planted.random()}\n-----END CERTIFICATE-----`,
  ];
  for (const text of quiet) expect([text, rules(text)]).toEqual([text, []]);
});

test('a credential is found inside of another text, and beside what looks like one', () => {
  const token = planted.random();
  expect(rules(JSON.stringify({ 'app.ini': `API_TOKEN=${token}\nDEBUG=true` }))).toEqual(['key-name']);
  expect(rules(`curl -H "Authorization: Token ${token}" https://example.com`)).toEqual(['bearer']);
  expect(rules(`requirepass ${token}`)).toEqual(['entropy']);
  expect(rules(planted.base64(planted.base64(`password=${planted.password()}`)))).toEqual(['key-name']);
  expect(rules(planted.base64(`# schlüssel\npassword=${planted.password()}`))).toEqual(['key-name']);
});

test('a password on a command line is found, and one in a file of logins', () => {
  const value = planted.password();
  for (const text of [
    `mysql -uroot -p${value} -e 'select 1'`,
    `mysqldump \\\n  --all-databases -u root -p'${value}'`,
    `sshpass -p ${value} ssh host`,
    `redis-cli -h cache -a ${value} ping`,
    `docker login -u bob -p ${value} registry.example.com`,
    `machine git.example.com\nlogin bob\npassword ${value}\n`,
    `db:5432:*:bob:${value}\n`,
    `root:${value}@tcp(db:3306)/shop`,
  ])
    expect([text.replace(value, ''), rules(text)]).toEqual([text.replace(value, ''), ['command-line']]);
  for (const text of [
    'mysql -p',
    'mysql -p -e "select 1"',
    'mysql -uroot -p$MYSQL_ROOT_PASSWORD',
    'mysql -uroot -p"${PASSWORD}"',
    'ssh -p 2222 host',
    '52:54:00:b1:18:f3',
    '5254:0000:00b1:18f3:2001:db8a',
    'mkdir -p /var/lib/mysql/data',
    'redis-cli -a "$REDIS_PASSWORD" ping',
    'docker login -u bob --password-stdin registry.example.com',
    'docker run -p 127.0.0.1:8080:80 redis-cli',
  ])
    expect([text, rules(text)]).toEqual([text, []]);
});

test('a credential is found in the parameters of an address, in a list, and in base64 of wide characters', () => {
  const [a, b] = [planted.password(), planted.password()];
  expect(rules(`jdbc:postgresql://db/shop?user=shop&password=${a}`)).toEqual(['key-name']);
  expect(rules(`https://${planted.random()}@errors.example.com/1`)).toEqual(['url-password']);
  expect(rules(`passwords: [${a}, '${b}']`)).toEqual(['key-name', 'key-name']);
  expect(rules(`tokens:\n  - ${planted.random()}\n  - ${planted.random()}\n`)).toEqual([
    'key-name',
    'key-name',
  ]);
  expect(rules('secrets:\n  - web-database\n  - web-session\nverbs: [get, list]\n')).toEqual([]);
  expect(rules(Buffer.from(`password=${a}`, 'utf16le').toString('base64'))).toEqual(['key-name']);
});

test('a long text without end takes no time to speak of', () => {
  const parts = [
    'curl ',
    'token="',
    'a=',
    'http://',
    '<a1>',
    'A.',
    'password: ',
    'ey',
    'authorization: ',
    'mysql ',
    'redis-cli -a ',
    'docker login ',
    'machine a login ',
    'passwords: [',
    'passwords:\n- a',
    'a:a',
    'a:80:',
  ];
  const detectEach = (): void => parts.forEach((part) => detect(part.repeat(200_000 / part.length)));
  expect(cpuSeconds(detectEach)).toBeLessThan(10);
});

test('a Secret with data is found in every shape', () => {
  const value = planted.base64(planted.password());
  const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 's' }, data: { password: value } };
  const shapes: unknown[] = [
    secret,
    { ...secret, data: undefined, stringData: { a: 'b' } },
    { apiVersion: 'v1', kind: 'List', items: [{ apiVersion: 'v1', kind: 'List', items: [secret] }] },
    { apiVersion: 'v1', kind: 'SecretList', items: [{ ...secret }] },
    { kind: 'ConfigMap', data: { 'secret.yaml': `apiVersion: v1\nkind: Secret\ndata: {a: ${value}}\n` } },
    { kind: 'ConfigMap', data: { 'secret.json': JSON.stringify(secret) } },
    { kind: 'ConfigMap', binaryData: { all: planted.base64(JSON.stringify(secret)) } },
    { kind: 'Template', objects: [secret] },
    { ...secret, kind: 'secret' },
  ];
  for (const shape of shapes) expect(plainSecrets(shape)).toHaveLength(1);
});

test('ciphertext, an empty Secret and references to Secrets are no alarm', () => {
  const fine: Record<string, unknown>[] = [
    { apiVersion: 'v1', kind: 'Secret', metadata: { name: 's' } },
    { apiVersion: 'v1', kind: 'Secret', metadata: { name: 's' }, data: { placeholder: '' } },
    {
      apiVersion: 'bitnami.com/v1alpha1',
      kind: 'SealedSecret',
      spec: { encryptedData: { password: planted.ciphertext() } },
    },
    {
      apiVersion: 'v1',
      kind: 'Pod',
      spec: {
        containers: [
          {
            env: [
              { name: 'DB_PASSWORD', valueFrom: { secretKeyRef: { name: 'web-database', key: 'password' } } },
            ],
          },
        ],
      },
    },
    {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      data: { DB_PASSWORD: 'ENC[AES256_GCM,data:abc,iv:def,tag:ghi,type:str]' },
    },
  ];
  for (const object of fine) expect([object['kind'], scanObject(object)]).toEqual([object['kind'], []]);
});

test('arguments, annotations and variables of a pod are looked at, by the name that they stand under', () => {
  const [a, b, c, d] = [planted.password(), planted.password(), planted.password(), planted.githubToken()];
  const found = scanObject({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'p', annotations: { 'example.com/token': d } },
    spec: {
      containers: [
        {
          name: 'main',
          args: [`--db-password=${a}`, '--password', b],
          env: [{ name: 'ADMIN_PASSWORD', value: c }],
        },
      ],
    },
  });
  expect(found.map(({ detection }) => detection.secret).sort()).toEqual([a, b, c, d].sort());
  expect(found.map(({ field }) => field)).toContain('spec.containers[main].env[ADMIN_PASSWORD].value');
});

import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { parse } from 'yaml';
import { controllerPair, unseal } from '../support/certificate';
import { planted } from '../support/planted';
import { TemporaryRepository } from '../support/repository';

/**
 * Runs a command on a terminal of its own and types into it once it asks. Prints what a person would have seen, how it
 * ended, and whether the terminal echoes and waits for whole lines afterwards.
 */
const TERMINAL = `
import json, os, pty, select, sys, termios, time
typed = [bytes.fromhex(text) for text in json.loads(sys.argv[1])]
pid, master = pty.fork()
if pid == 0:
    os.execvp(sys.argv[2], sys.argv[2:])
seen, asked, end = b"", 0, time.time() + 240
def read():
    global seen
    try:
        chunk = os.read(master, 4096)
    except OSError:
        return False
    seen += chunk
    return chunk != b""
while time.time() < end:
    if select.select([master], [], [], 0.2)[0] and not read():
        break
    # What is typed sooner than the terminal stops to echo would be seen.
    if seen.count(b"not shown") > asked and asked < len(typed) and not termios.tcgetattr(master)[3] & termios.ECHO:
        os.write(master, typed[asked])
        asked += 1
    done, status = os.waitpid(pid, os.WNOHANG)
    if done:
        break
else:
    os.kill(pid, 9)
    done, status = os.waitpid(pid, 0)
if not done:
    done, status = os.waitpid(pid, 0)
while select.select([master], [], [], 0.1)[0] and read():
    pass
try:
    flags = termios.tcgetattr(master)[3]
    sane = bool(flags & termios.ECHO and flags & termios.ICANON and flags & termios.ISIG)
except termios.error:
    sane = None
print(json.dumps({"code": os.waitstatus_to_exitcode(status), "seen": seen.decode("utf8", "replace"), "sane": sane}))
`;

interface Seen {
  readonly code: number;
  readonly seen: string;
  readonly sane: boolean | null;
}

const pair = controllerPair(365);
let repository: TemporaryRepository;
beforeEach(() => {
  repository = TemporaryRepository.empty();
  repository.write(
    'environments/base.yaml',
    `project: shop
repository: { url: https://git.example.com/shop.git }
clusters: { main: { kubernetes: '1.33', provides: [network-policy, sealed-secrets] } }
cluster: main
apps:
  web:
    kind: worker
    image: ghcr.io/example/web:1.0.0
    resources: { requests: { cpu: 50m, memory: 32Mi }, limits: { memory: 64Mi } }
    secrets: { database: { env: { DB_USER: user, DB_PASSWORD: password } } }
`,
  );
  repository.write(
    'environments/dev.yaml',
    'secrets: { provider: sealedSecrets, sealedSecrets: { certificate: dev.pem } }\n',
  );
  repository.write('dev.pem', pair.certificate);
});
afterEach(() => repository.remove());

/** Types these into `stageline seal dev web database <keys>` as it asks, one after the other. */
function seal(keys: readonly string[], ...typed: string[]): Seen {
  const command = [
    process.execPath,
    join(__dirname, '../../bin/stageline.js'),
    'seal',
    'dev',
    'web',
    'database',
  ];
  const hex = JSON.stringify(typed.map((text) => Buffer.from(text).toString('hex')));
  // A shell around it, as people have: the terminal outlives the command.
  const shell = ['sh', '-c', '"$@"; code=$?; stty -a; exit $code', 'sh', ...command, ...keys];
  const { stderr, stdout } = spawnSync('python3', ['-c', TERMINAL, hex, ...shell], {
    cwd: repository.root,
    encoding: 'utf8',
  });
  if (stdout === '') throw new Error(stderr);
  return JSON.parse(stdout) as Seen;
}

const sealed = (): Record<string, string> =>
  (
    parse(repository.read('environments/dev.yaml')) as {
      apps: { web: { secrets: { database: { sealed: never } } } };
    }
  ).apps.web.secrets.database.sealed;
const isSane = (seen: string): boolean => /[ ;]echo[ ;]/.test(seen) && /[ ;\n]icanon[ ;]/.test(seen);

test('on a terminal each value is asked for, and not shown', () => {
  const [user, password] = [`${planted.password()}é`, planted.password()];
  const typed = [`${user}x\u007f\r`, `${password}\r`];
  const { code, seen } = seal(['user', 'password'], ...typed);
  expect([code, seen]).toEqual([0, expect.stringContaining('sealed user, password into')]);
  for (const value of [user, password, user.slice(0, 6), password.slice(0, 6)])
    expect(seen).not.toContain(value);
  expect(isSane(seen)).toBe(true);
  expect(unseal(pair.key, 'shop-dev/web-database', sealed()['user']!)).toBe(user);
  expect(unseal(pair.key, 'shop-dev/web-database', sealed()['password']!)).toBe(password);
});

test('Ctrl-C, also after the first value, leaves the terminal as it was and writes nothing', () => {
  const before = repository.read('environments/dev.yaml');
  const value = planted.password();
  for (const typed of [[`${value}\u0003`], [`${value}\r`, `${value.slice(0, 4)}\u0003`]]) {
    const { code, seen } = seal(['user', 'password'], ...typed);
    expect([code === 0, seen.includes('Nothing was sealed')]).toEqual([false, true]);
    expect(seen).not.toContain(value.slice(0, 4));
    expect(isSane(seen)).toBe(true);
    expect(repository.read('environments/dev.yaml')).toBe(before);
  }
});

import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { run } from './run-command';

/** A bare repository, read by path and pushed to over HTTP, and room for others. */
export interface GitServer {
  /** What Argo CD reads. */
  readonly fileUrl: string;
  /** What people push to; holds a token made for this run. */
  readonly pushUrl: string;
  readonly path: string;
  /** Another bare repository, which is read over HTTP too. */
  readonly host: (name: string) => Promise<{ readonly url: string; readonly pushUrl: string }>;
  readonly close: () => void;
}

/** Serves bare repositories through `git http-backend`; a push needs the token, a fetch does not. */
export async function startGitServer(folder: string): Promise<GitServer> {
  const root = join(folder, 'git');
  mkdirSync(root, { recursive: true });
  const token = randomBytes(16).toString('hex');
  const server = createServer((request, response) => serve(root, token, request, response));
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  const host: GitServer['host'] = async (name) => {
    const bare = join(root, `${name}.git`);
    await run('git', ['init', '--quiet', '--bare', '--initial-branch=main', bare]);
    await run('git', ['-C', bare, 'config', 'http.receivepack', 'true']);
    const address = `127.0.0.1:${port}/${name}.git`;
    return { url: `http://${address}`, pushUrl: `http://e2e:${token}@${address}` };
  };
  const { pushUrl } = await host('gitops');
  const path = join(root, 'gitops.git');
  return { fileUrl: `file://${path}`, pushUrl, path, host, close: () => closeServer(server) };
}

export function closeServer(server: Server): void {
  server.closeAllConnections();
  server.close();
}

function serve(root: string, token: string, request: IncomingMessage, response: ServerResponse): void {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://127.0.0.1');
  const pushes = pathname.endsWith('/git-receive-pack') || searchParams.get('service') === 'git-receive-pack';
  const allowed = request.headers.authorization === `Basic ${Buffer.from(`e2e:${token}`).toString('base64')}`;
  if (pushes && !allowed) {
    response.writeHead(401, { 'www-authenticate': 'Basic realm="e2e"' }).end();
    return;
  }
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const sent = Buffer.concat(chunks);
    const body = request.headers['content-encoding'] === 'gzip' ? gunzipSync(sent) : sent;
    const backend = spawn('git', ['http-backend'], {
      env: {
        PATH: process.env.PATH ?? '',
        GIT_PROJECT_ROOT: root,
        GIT_HTTP_EXPORT_ALL: '1',
        GIT_PROTOCOL: String(request.headers['git-protocol'] ?? ''),
        REQUEST_METHOD: request.method ?? 'GET',
        PATH_INFO: pathname,
        QUERY_STRING: searchParams.toString(),
        CONTENT_TYPE: request.headers['content-type'] ?? '',
        CONTENT_LENGTH: String(body.length),
        ...(allowed && { REMOTE_USER: 'e2e' }),
      },
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    const answer: Buffer[] = [];
    backend.stdout.on('data', (chunk: Buffer) => answer.push(chunk));
    backend.on('error', () => response.writeHead(500).end());
    backend.on('close', () => reply(Buffer.concat(answer), response));
    backend.stdin.on('error', () => undefined);
    backend.stdin.end(body);
  });
}

/** What a CGI program says: headers, an empty line, the body. */
function reply(answer: Buffer, response: ServerResponse): void {
  const end = answer.indexOf('\r\n\r\n');
  const head = answer.subarray(0, Math.max(end, 0)).toString('latin1');
  const headers = head
    .split('\r\n')
    .filter(Boolean)
    .map((line): [string, string] => [
      line.slice(0, line.indexOf(':')),
      line.slice(line.indexOf(':') + 1).trim(),
    ]);
  const status = headers.find(([name]) => name.toLowerCase() === 'status')?.[1] ?? (end < 0 ? '500' : '200');
  response.writeHead(
    Number.parseInt(status, 10),
    Object.fromEntries(headers.filter(([name]) => name !== 'Status')),
  );
  response.end(answer.subarray(end + 4));
}

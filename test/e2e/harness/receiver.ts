import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { closeServer } from './git-server';

/** A request, as it came. */
export interface Received {
  readonly method: string;
  /** With the query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

/** A web server that keeps what it is sent. */
export interface Receiver {
  readonly url: string;
  /** Every request so far, oldest first. */
  readonly received: readonly Received[];
  readonly close: () => void;
}

/** What an API has to answer for its client to go on, by the end of the path; anything else gets an empty object. */
const ANSWERS: readonly (readonly [method: string, path: RegExp, answer: object])[] = [
  ['POST', /\/access_tokens$/, { token: 'a-token-of-the-app', expires_at: '2099-01-01T00:00:00Z' }],
  ['GET', /\/deployments$/, []],
  ['POST', /\/deployments$/, { id: 7 }],
];

/** Stands where webhooks, GitHub and GitLab would be: on 127.0.0.1, over TLS. */
export async function startReceiver(certificate: string, key: string): Promise<Receiver> {
  const received: Received[] = [];
  const server = createServer(
    { cert: readFileSync(certificate), key: readFileSync(key) },
    (request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const { method = '', url = '', headers } = request;
        received.push({ method, path: url, headers, body: Buffer.concat(chunks).toString('utf8') });
        const path = url.split('?')[0]!;
        const [, , answer = {}] = ANSWERS.find(([verb, fits]) => verb === method && fits.test(path)) ?? [];
        response.writeHead(method === 'GET' ? 200 : 201, { 'content-type': 'application/json' });
        response.end(JSON.stringify(answer));
      });
    },
  );
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return {
    url: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    close: () => closeServer(server),
  };
}

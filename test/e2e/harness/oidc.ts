import { generateKeyPairSync, randomUUID, sign } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { closeServer } from './git-server';

/** An identity provider: publishes its key and signs who somebody is and which groups they are in. */
export interface IdentityProvider {
  readonly issuer: string;
  readonly clientId: string;
  /** A signed id token, good for an hour. */
  readonly tokenFor: (user: string, groups: readonly string[]) => string;
  readonly close: () => void;
}

/**
 * OpenID Connect as far as a server needs it to trust tokens: discovery and keys, over TLS. There is no login page.
 * https://openid.net/specs/openid-connect-discovery-1_0.html
 */
export async function startIdentityProvider(certificate: string, key: string): Promise<IdentityProvider> {
  const clientId = 'argo-cd';
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const keyId = randomUUID();
  const jwk = {
    ...publicKey.export({ format: 'jwk' }),
    kid: keyId,
    use: 'sig',
    alg: 'RS256',
  };
  let issuer = '';
  const server = createServer(
    { cert: readFileSync(certificate), key: readFileSync(key) },
    (request, response) => {
      const pages: Readonly<Record<string, object>> = {
        '/.well-known/openid-configuration': {
          issuer,
          authorization_endpoint: `${issuer}/authorize`,
          token_endpoint: `${issuer}/token`,
          jwks_uri: `${issuer}/keys`,
          response_types_supported: ['code'],
          subject_types_supported: ['public'],
          id_token_signing_alg_values_supported: ['RS256'],
        },
        '/keys': { keys: [jwk] },
      };
      const page = pages[request.url ?? ''];
      response.writeHead(page ? 200 : 404, { 'content-type': 'application/json' });
      response.end(JSON.stringify(page ?? {}));
    },
  );
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  issuer = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const encode = (part: object): string => Buffer.from(JSON.stringify(part)).toString('base64url');
  return {
    issuer,
    clientId,
    close: () => closeServer(server),
    tokenFor: (user, groups) => {
      const now = Math.floor(Date.now() / 1000);
      const claims = { iss: issuer, aud: clientId, sub: user, iat: now, exp: now + 3600, groups };
      const text = `${encode({ alg: 'RS256', typ: 'JWT', kid: keyId })}.${encode(claims)}`;
      return `${text}.${sign('sha256', Buffer.from(text), privateKey).toString('base64url')}`;
    },
  };
}

import { constants, createCipheriv, publicEncrypt, randomBytes, X509Certificate } from 'node:crypto';
import type { Location, Problem } from '../model/errors';
import { UserError } from '../model/errors';
import { counted } from '../model/counted';

/** What a ciphertext is bound to: nothing else can decrypt it (strict scope). */
export interface SealScope {
  readonly namespace: string;
  /** Of the Secret. */
  readonly name: string;
}

/** From here on, a certificate that is about to expire is talked about. */
const SOON_DAYS = 30;
const DAY = 86_400_000;
const NONCE_LENGTH = 12;

/**
 * Encrypts a value so that only the controller whose certificate it is can read it: AES-256-GCM under a key of its own,
 * which is encrypted by RSA-OAEP (SHA-256) with the scope as its label. The nonce is zero, since each key encrypts once.
 * https://github.com/bitnami-labs/sealed-secrets/blob/main/docs/developer/crypto.md
 */
export function seal(certificate: X509Certificate, { name, namespace }: SealScope, value: Buffer): string {
  const sessionKey = randomBytes(32);
  const sealedKey = publicEncrypt(
    {
      key: certificate.publicKey,
      padding: constants.RSA_PKCS1_OAEP_PADDING,
      oaepHash: 'sha256',
      oaepLabel: Buffer.from(`${namespace}/${name}`),
    },
    sessionKey,
  );
  const cipher = createCipheriv('aes-256-gcm', sessionKey, Buffer.alloc(NONCE_LENGTH));
  const encrypted = Buffer.concat([cipher.update(value), cipher.final(), cipher.getAuthTag()]);
  const length = Buffer.alloc(2);
  length.writeUInt16BE(sealedKey.length);
  sessionKey.fill(0);
  return Buffer.concat([length, sealedKey, encrypted]).toString('base64');
}

/**
 * The certificate of a controller, and what to say about its age.
 * @throws UserError when it is none, has expired, or is not valid yet
 */
export function readCertificate(
  pem: string,
  now: Date,
  at: Location,
): { readonly certificate: X509Certificate; readonly warnings: readonly Problem[] } {
  const refuse = (code: string, cause: string, consequence?: string): UserError =>
    new UserError({ code, cause, consequence, remedy: FETCH, at });
  if (/PRIVATE KEY/.test(pem)) {
    throw new UserError({
      code: 'certificate-private',
      cause: 'this holds a private key, not the public certificate',
      consequence: 'Whoever has it can decrypt every sealed secret of the cluster.',
      remedy: `Take it out of the repository and renew it on the cluster. ${FETCH}`,
      at,
    });
  }
  let certificate: X509Certificate;
  try {
    certificate = new X509Certificate(pem);
  } catch {
    throw refuse('certificate-unreadable', 'this is no certificate in PEM');
  }
  if (certificate.publicKey.asymmetricKeyType !== 'rsa')
    throw refuse(
      'certificate-unreadable',
      'the certificate is not of an RSA key, as the controller makes them',
    );
  const [from, to] = [new Date(certificate.validFrom), new Date(certificate.validTo)];
  if (to <= now)
    throw refuse('certificate-expired', `the certificate expired on ${dateOf(to)}`, 'Nothing was sealed.');
  if (from > now)
    throw refuse('certificate-not-valid-yet', `the certificate is valid from ${dateOf(from)} on`);
  const days = Math.floor((to.getTime() - now.getTime()) / DAY);
  if (days >= SOON_DAYS) return { certificate, warnings: [] };
  const cause = `the certificate expires on ${dateOf(to)}, in ${counted(days, 'day')}`;
  const consequence = 'What is sealed with it stays readable; nothing new can be sealed with it afterwards.';
  return { certificate, warnings: [{ code: 'certificate-expires', cause, consequence, remedy: FETCH, at }] };
}

const FETCH =
  "Fetch the stage's current one with: kubeseal --fetch-cert --controller-namespace <namespace> > <file>";

const dateOf = (date: Date): string => date.toISOString().slice(0, 10);

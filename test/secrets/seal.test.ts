import { UserError } from '../../src/model/errors';
import { readCertificate, seal } from '../../src/secrets/seal';
import { controllerPair, unseal } from '../support/certificate';
import { planted } from '../support/planted';

const pair = controllerPair(60);
const DAY = 86_400_000;
const inDays = (days: number): Date => new Date(Date.now() + days * DAY);
const at = { file: 'environments/dev.yaml' };

test('a certificate is refused once it has expired and before it is valid, and talked about in its last month', () => {
  expect(readCertificate(pair.certificate, inDays(0), at).warnings).toEqual([]);
  expect(readCertificate(pair.certificate, inDays(40), at).warnings.map(({ code }) => code)).toEqual([
    'certificate-expires',
  ]);
  expect(() => readCertificate(pair.certificate, inDays(61), at)).toThrow(
    /expired on .*\n.*Nothing was sealed/,
  );
  expect(() => readCertificate(pair.certificate, inDays(-2), at)).toThrow(/valid from/);
  expect(() => readCertificate('nonsense', inDays(0), at)).toThrow(UserError);
});

test('values of any length and content come back as they were, and never the same ciphertext twice', () => {
  const { certificate } = readCertificate(pair.certificate, inDays(0), at);
  const scope = { namespace: 'shop-dev', name: 'web-database' };
  for (const value of ['x', planted.password(), 'ü\n\u0001', 'long '.repeat(10_000)]) {
    const [one, two] = [
      seal(certificate, scope, Buffer.from(value)),
      seal(certificate, scope, Buffer.from(value)),
    ];
    expect(one).not.toBe(two);
    expect(unseal(pair.key, 'shop-dev/web-database', one)).toBe(value);
    expect(() => unseal(pair.key, 'shop-dev/web-other', one)).toThrow();
  }
});

import { decodeBase64 } from './value';

/** As SOPS writes a value that it has encrypted. */
const SOPS = /^ENC\[AES256_GCM,data:[^,\]]*,iv:[^,\]]*,tag:[^,\]]*,type:\w+\]$/;

export const MAY_BE_CIPHERTEXT = /^(encryptedData|sealed|caBundle|sops)$/;

/** Whether what stands under this key is encrypted, or public by nature; only what has the form of it is. */
export function isCiphertext(key: string, value: unknown): boolean {
  if (typeof value === 'string' && value.startsWith('ENC[') && SOPS.test(value)) return true;
  if (key === 'caBundle') return isPublic(value);
  if (key === 'sops') return typeof value === 'object' && value !== null && 'mac' in value;
  if (key !== 'encryptedData' && key !== 'sealed') return false;
  if (typeof value !== 'object' || value === null) return false;
  return Object.values(value).every(isOpaque);
}

/** Base64 of what is no text. Sealed values are longer than this by far. */
const isOpaque = (value: unknown): boolean =>
  value === null ||
  value === '' ||
  (typeof value === 'string' &&
    /^[A-Za-z0-9+/\s]{40,}={0,2}\s*$/.test(value) &&
    decodeBase64(value) === undefined);

const isPublic = (value: unknown): boolean =>
  typeof value === 'string' && !(decodeBase64(value) ?? value).includes('PRIVATE KEY');

import { randomBytes, randomInt } from 'node:crypto';

/** Values that look like secrets and are none: made anew in each run, so that none of them stands in a file. */
const pick = (alphabet: string, length: number): string =>
  Array.from({ length }, () => alphabet[randomInt(alphabet.length)]).join('');
const LOWER = 'abcdefghijklmnopqrstuvwxyz';
const DIGITS = '0123456789';
const MIXED = LOWER + LOWER.toUpperCase() + DIGITS;

export const planted = {
  password: (): string => `Pw${pick(MIXED, 10)}7!`,
  githubToken: (): string => ['gh', 'p_', pick(MIXED, 36)].join(''),
  awsKeyId: (): string => ['AK', 'IA', pick(`${LOWER.toUpperCase()}234567`, 16)].join(''),
  random: (): string => `${pick(LOWER, 1)}${pick(MIXED, 40)}${pick(DIGITS, 2)}Q`,
  base64: (text: string): string => Buffer.from(text).toString('base64'),
  /** Of the length and alphabet of what a controller can decrypt; nothing decrypts this one. */
  ciphertext: (): string => randomBytes(600).toString('base64'),
};

import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { UserError } from '../model/errors';
import { isFile } from './is-file';

/** Gets the bytes of the manifest; undefined where this machine is not to use the network. */
export type GetManifest = (location: string) => Promise<Uint8Array | undefined>;

const isUrl = (location: string): boolean => /^https?:\/\//.test(location);

/**
 * Reads the manifest from a path, or from an https URL.
 *
 * @throws UserError when it is not there
 */
export function manifestGetter(cwd: string, network: 'use' | 'refrain'): GetManifest {
  return async (location) => {
    if (!isUrl(location)) return readLocal(resolve(cwd, location), location);
    if (!location.startsWith('https://')) throw refuse(location, 'it is no https address');
    if (network === 'refrain') return undefined;
    return download(location);
  };
}

function readLocal(path: string, location: string): Uint8Array {
  if (isFile(path)) return readFileSync(path);
  throw new UserError({
    code: 'manifest-missing',
    cause: `${location} is no file that is there`,
    remedy: "Correct stageline:manifest, or remove it: the project's own address is the default.",
  });
}

const refuse = (url: string, why: string): UserError =>
  new UserError({
    code: 'manifest-download',
    cause: `${url} could not be read: ${why}`,
    consequence: 'Nothing was created.',
    remedy: 'Get the file another way, then: pulumi config set stageline:manifest <path>',
  });

async function download(url: string): Promise<Uint8Array> {
  let response: Response;
  try {
    response = await fetch(url, { signal: AbortSignal.timeout(60_000) });
  } catch (error) {
    throw refuse(url, error instanceof Error ? String(error.cause ?? error.message) : String(error));
  }
  if (!response.ok) throw refuse(url, `the server answered ${response.status}`);
  return new Uint8Array(await response.arrayBuffer());
}

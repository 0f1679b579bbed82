import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseDocument } from 'yaml';
import { UserError } from '../model/errors';

/**
 * The settings of a stack as they stand in its file, encrypted ones as `{secure}`; none where there is no file.
 *
 * @throws UserError when the file cannot be read
 */
export function readSettings(root: string, stack: string): Record<string, unknown> {
  const path = join(root, `Pulumi.${stack}.yaml`);
  if (!existsSync(path)) return {};
  const document = parseDocument(readFileSync(path, 'utf8'));
  const { config } = (document.errors.length > 0 ? {} : (document.toJS() ?? {})) as { config?: unknown };
  const wrong =
    document.errors[0]?.message.split('\n')[0] ?? (isMap(config ?? {}) ? undefined : '"config" is no map');
  if (wrong !== undefined) {
    throw new UserError({
      code: 'stack-config',
      cause: `it cannot be read: ${wrong}`,
      remedy: 'pulumi config set writes it; mend what was edited by hand.',
      at: { file: `Pulumi.${stack}.yaml` },
    });
  }
  const own = Object.entries(config ?? {}).filter(([key]) => key.startsWith('stageline:'));
  return Object.fromEntries(own.map(([key, value]) => [key.slice('stageline:'.length), value as unknown]));
}

const isMap = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Whether a value is encrypted. */
export const isSecure = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && Object.keys(value).join() === 'secure';

import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseDocument } from 'yaml';
import { UserError } from '../model/errors';
import { parseConfig, SECRET_KEYS, type StackConfig } from './config';

/** The configuration of a stack, as far as it can be read without its key. */
export interface PlannedConfig {
  readonly stack: string;
  readonly config: StackConfig;
  /** Settings that are encrypted as a whole, so that not even their form can be told. */
  readonly opaque: readonly string[];
}

/** Stands for an encrypted value, in a form that the setting may have. */
const PLACEHOLDERS: Readonly<Record<string, string>> = {
  sshPrivateKey: 'PRIVATE KEY',
  privateKey: 'PRIVATE KEY',
  appID: '0',
  installationID: '0',
  caData: 'c2VjcmV0',
  certData: 'c2VjcmV0',
  keyData: 'c2VjcmV0',
};

/**
 * Reads Pulumi.<stack>.yaml without Pulumi.
 *
 * @param wanted the stack's name; by default the only stack that has a file, or one without settings where none has
 * @throws UserError when there is no such file, or something is wrong in it
 */
export function planConfig(root: string, wanted: string | undefined): PlannedConfig {
  const stacks = readdirSync(root)
    .map((file) => /^Pulumi\.(.+)\.yaml$/.exec(file)?.[1])
    .filter((name): name is string => name !== undefined)
    .sort();
  if (wanted !== undefined && !stacks.includes(wanted)) {
    throw new UserError({
      code: 'stack-unknown',
      cause: `there is no Pulumi.${wanted}.yaml`,
      remedy: stacks.length > 0 ? `Stacks are: ${stacks.join(', ')}.` : `pulumi stack init ${wanted}`,
    });
  }
  if (wanted === undefined && stacks.length > 1) {
    throw new UserError({
      code: 'stack-unknown',
      cause: `there are ${stacks.length} stacks, and none is named`,
      consequence: 'Each has settings of its own, so nothing can be said of all.',
      remedy: `npm run bootstrap:plan -- --stack <one of: ${stacks.join(', ')}>`,
    });
  }
  const stack = wanted ?? stacks[0] ?? 'plan';
  const settings = readSettings(join(root, `Pulumi.${stack}.yaml`), stack);
  const opaque = Object.keys(settings).filter(
    (key) => SECRET_KEYS.includes(key as never) && isSecure(settings[key]),
  );
  // One text is one text, encrypted or not; of a map that is encrypted nothing is known.
  const unreadable = opaque.filter((key) => key !== 'oidcClientSecret');
  const read = (key: string): string | undefined => {
    if (!(key in settings) || unreadable.includes(key)) return undefined;
    const value = withPlaceholders(settings[key], key);
    return typeof value === 'string' ? value : JSON.stringify(value);
  };
  return { stack, config: parseConfig(read, stack, Object.keys(settings)), opaque: unreadable };
}

function readSettings(path: string, stack: string): Record<string, unknown> {
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

const isSecure = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && Object.keys(value).join() === 'secure';

function withPlaceholders(value: unknown, key: string): unknown {
  if (isSecure(value)) return PLACEHOLDERS[key] ?? 'secret';
  if (Array.isArray(value)) return value.map((item) => withPlaceholders(item, key));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [name, withPlaceholders(inner, name)]),
  );
}

import { readdirSync } from 'node:fs';
import { UserError } from '../model/errors';
import { parseConfig, SECRET_KEYS, type StackConfig } from './config';
import { refusePlain } from './plain-secrets';
import { isSecure, readSettings } from './stack-file';

/** The configuration of a stack, as far as it can be read without its key. */
export interface PlannedConfig {
  readonly stack: string;
  /** The stack's name as messages say it: `<stack>` where no stack has a file yet. */
  readonly spoken: string;
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
  const settings = readSettings(root, stack);
  refusePlain(settings, stack);
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
  return {
    stack,
    spoken: wanted ?? stacks[0] ?? '<stack>',
    config: parseConfig(read, stack, Object.keys(settings)),
    opaque: unreadable,
  };
}

function withPlaceholders(value: unknown, key: string): unknown {
  if (isSecure(value)) return PLACEHOLDERS[key] ?? 'secret';
  if (Array.isArray(value)) return value.map((item) => withPlaceholders(item, key));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [name, withPlaceholders(inner, name)]),
  );
}

import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { editYaml } from '../config/yaml-edit';
import type { App, Environment } from '../model/environment';
import { UserError, type Location, type Problem } from '../model/errors';
import { suggest } from '../model/nearest';
import { secretKey, type SecretUse } from '../model/values/secrets';
import { readCertificate, seal } from '../secrets/seal';
import { load } from './load';

export interface SealOptions {
  readonly root: string;
  readonly stage: string;
  readonly app: string;
  readonly secret: string;
  readonly keys: readonly string[];
  readonly now: Date;
}

/** What is known before any value is: everything that can be wrong is wrong here. */
export interface SealPlan {
  /** Path of the stage's file from the root. */
  readonly file: string;
  readonly keys: readonly string[];
  readonly warnings: readonly Problem[];
  /** The stage's file with these values, sealed. */
  readonly textWith: (values: ReadonlyMap<string, Buffer>) => string;
}

/**
 * Finds out for which Secret in which namespace values are to be sealed, and with which certificate.
 *
 * @throws UserError for a name that is none, for a stage that does not use Sealed Secrets, and for a certificate that
 * has expired
 */
export function planSeal(options: SealOptions): SealPlan {
  const { root, keys, secret } = options;
  const { environments } = load(root, { unpinned: true }).repository;
  const environment = find(environments, options.stage, 'stage');
  const app = find(environment.apps, options.app, 'app');
  const { secrets } = environment.values;
  const source = app.values.secrets?.[secret];
  const at = environment.locate(['secrets']);
  if (source?.existing !== undefined) {
    const cause = `in "${options.stage}" the secret "${secret}" of ${app.name} is the existing Secret "${source.existing}"`;
    throw new UserError({ code: 'not-sealed-here', cause, at: app.locate(['secrets', secret, 'existing']) });
  }
  if (secrets?.provider !== 'sealedSecrets' || !secrets.sealedSecrets) {
    throw new UserError({
      code: 'not-sealed-here',
      cause: `the stage "${options.stage}" does not take its secrets from Sealed Secrets`,
      remedy:
        'Set secrets.provider: sealedSecrets there, and secrets.sealedSecrets.certificate to the public certificate of ' +
        'its controller: the PEM text, or the path of its file.',
      at,
    });
  }
  const before = environments.find(({ name }) => name === environment.values.promotesFrom);
  const uses = usesOf(app);
  const coming = usesOf(before?.apps.find(({ name }) => name === app.name));
  assertNames(app, secret, keys, useOf(uses, secret) ?? useOf(coming, secret), keysOf(useOf(coming, secret)));
  const place = environment.locate(['secrets', 'sealedSecrets', 'certificate']);
  const { certificate, warnings } = readCertificate(
    pemOf(root, secrets.sealedSecrets.certificate, place),
    options.now,
    place,
  );
  const scope = { namespace: app.namespace, name: `${app.objectName}-${secret}` };
  const file = `environments/${options.stage}.yaml`;
  return {
    file,
    keys,
    warnings,
    textWith: (values) =>
      editYaml(
        readFileSync(join(root, file), 'utf8'),
        [
          // Sealed before the promotion that brings its use: until then its keys are named here.
          ...(app.kind === 'class' || useOf(uses, secret)
            ? []
            : [{ path: ['apps', app.name, 'secrets', secret, 'keys'], value: [...keys].sort() }]),
          ...keys.map((key) => ({
            path: ['apps', app.name, 'secrets', secret, 'sealed', key],
            value: seal(certificate, scope, values.get(key)!),
          })),
        ],
        file,
      ),
  };
}

/**
 * Puts another text in the place of the one that a file has, all at once. Others who do so at the same moment wait, so
 * that each begins with what the one before it wrote.
 * @throws UserError `file-busy`
 */
export async function rewriteFile(root: string, file: string, text: () => string): Promise<void> {
  const path = join(root, file);
  const next = `${path}.new`;
  await claim(next, `${file}.new`);
  try {
    writeFileSync(next, text());
    renameSync(next, path);
  } catch (error) {
    rmSync(next, { force: true });
    throw error;
  }
}

async function claim(path: string, shown: string): Promise<void> {
  for (let tries = 0; ; tries++) {
    try {
      writeFileSync(path, '', { flag: 'wx' });
      return;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    if (tries >= 100)
      throw new UserError({
        code: 'file-busy',
        cause: `${shown} is in the way: another "stageline seal" is at work, or one was killed`,
        consequence: 'Nothing was sealed.',
        remedy: `when none is running here, remove it: rm "${path}"`,
      });
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

function find<T extends Environment | App>(all: readonly T[], name: string, what: string): T {
  const found = all.find((one) => one.name === name);
  if (found) return found;
  const names = all.map((one) => one.name);
  const remedy = suggest(name, names);
  throw new UserError({ code: `unknown-${what}`, cause: `there is no ${what} "${name}"`, remedy });
}

type Uses = Readonly<Record<string, SecretUse | undefined>>;

const usesOf = (app: App | undefined): Uses => (app?.values.secrets ?? {}) as Uses;

const useOf = (uses: Uses, secret: string): SecretUse | undefined =>
  Object.hasOwn(uses, secret) ? uses[secret] : undefined;

const keysOf = (use: SecretUse | undefined): string[] =>
  use ? [...Object.values(use.env ?? {}), ...Object.values(use.files ?? {}), ...(use.keys ?? [])] : [];

/** @param use how the stage, or else the one before it, uses the secret; `coming`: keys that the one before uses */
function assertNames(
  app: App,
  secret: string,
  keys: readonly string[],
  use: SecretUse | undefined,
  coming: readonly string[],
): void {
  const problems = keys.flatMap((key): Problem[] => {
    const checked = secretKey.safeParse(key);
    if (checked.success) return [];
    const isPair = key.includes('=');
    return [
      {
        code: isPair ? 'value-in-argument' : 'invalid-name',
        // Not even the key is shown: what stands before "=" may be part of a value.
        cause: isPair
          ? 'an argument holds "=": values are never given on the command line'
          : `a key ${checked.error.issues[0]!.message}`,
        consequence: isPair ? 'It is in the history of your shell now: choose another value.' : undefined,
        remedy: 'Give the names of the keys only; their values are read from standard input or asked for.',
      },
    ];
  });
  if (problems.length > 0) throw new UserError(problems);
  if (app.kind === 'class') return; // what a class asks for is known when it is rendered
  if (!use) {
    const cause = `${app.name} has no secret "${secret}"`;
    const remedy = suggest(
      secret,
      Object.keys(usesOf(app)),
      `Declare it under apps.${app.name}.secrets first.`,
    );
    throw new UserError({ code: 'unknown-secret', cause, remedy, at: app.locate(['secrets']) });
  }
  const known = [...new Set([...keysOf(use), ...coming])];
  const unknown = keys.filter((key) => !known.includes(key));
  if (unknown.length === 0) return;
  throw new UserError(
    unknown.map((key) => ({
      code: 'unknown-key',
      cause: `${app.name} uses no key "${key}" of the secret "${secret}"`,
      remedy: suggest(key, known),
      at: app.locate(['secrets', secret]),
    })),
  );
}

function pemOf(root: string, certificate: string, at: Location): string {
  if (certificate.includes('-----BEGIN')) return certificate;
  const path = join(root, certificate);
  if (/^(\/|.*\.\.(\/|$))/.test(certificate) || !existsSync(path)) {
    const remedy = 'Name a PEM file inside of the repository, or write the certificate out here.';
    throw new UserError({
      code: 'certificate-missing',
      cause: `there is no file ${certificate}`,
      remedy,
      at,
    });
  }
  return readFileSync(path, 'utf8');
}

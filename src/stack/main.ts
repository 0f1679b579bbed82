import * as pulumi from '@pulumi/pulumi';
import { UserError } from '../model/errors';
import { CONFIG_KEYS, parseConfig, SECRET_KEYS } from './config';
import { manifestGetter } from './fetch-manifest';
import { kubeconfigOf } from './kubeconfig';
import { loadSources } from './load';
import { chartChecker } from './local-chart';
import { refusePlain } from './plain-secrets';
import { program, type Outputs } from './program';
import { readSettings } from './stack-file';

const PREFIX = 'stageline';

/** What Pulumi runs: reads the machine, the repository and the stack's configuration, and calls the program. */
export async function main(): Promise<Outputs> {
  try {
    const root = pulumi.getRootDirectory();
    const stack = pulumi.getStack();
    refusePlain(readSettings(root, stack), stack);
    const texts = await readConfig();
    const known = Object.keys(pulumi.runtime.allConfig())
      .filter((key) => key.startsWith(`${PREFIX}:`))
      .map((key) => key.slice(PREFIX.length + 1));
    const config = parseConfig((key) => texts.get(key), stack, known);
    const access = kubeconfigOf(config, { cwd: root, env: process.env });
    return await program({
      ...loadSources(root),
      config,
      stack,
      // The text of a kubeconfig holds a key; a path does not.
      access: isText(access.kubeconfig)
        ? { ...access, kubeconfig: pulumi.secret(access.kubeconfig) }
        : access,
      getManifest: manifestGetter(root, 'use'),
      checkChart: chartChecker(root, stack),
      onProblems: (problems) => {
        throw new UserError(problems);
      },
    });
  } catch (error) {
    throw error instanceof UserError ? refusal(error) : error;
  }
}

/** Pulumi prints a RunError as it is, and any other error with its stack. */
function refusal({ message }: UserError): Error {
  const error = new pulumi.RunError(message);
  // Pulumi formats the stack all the same, and maps each line of it: that takes seconds.
  error.stack = message;
  return error;
}

const isText = (kubeconfig: string | undefined): kubeconfig is string => kubeconfig?.includes('\n') === true;

/** The text of each key that is set. Secrets are needed in the clear to be checked; they are wrapped again later. */
async function readConfig(): Promise<ReadonlyMap<string, string>> {
  const config = new pulumi.Config(PREFIX);
  const texts = new Map<string, string>();
  for (const key of CONFIG_KEYS) {
    const secret = (SECRET_KEYS as readonly string[]).includes(key);
    const text = secret ? await clear(config.getSecret(key)) : config.get(key);
    if (text !== undefined) texts.set(key, text);
  }
  return texts;
}

function clear(output: pulumi.Output<string> | undefined): Promise<string | undefined> {
  if (output === undefined) return Promise.resolve(undefined);
  return new Promise((resolve) => output.apply(resolve));
}

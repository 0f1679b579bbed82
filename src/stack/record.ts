import * as pulumi from '@pulumi/pulumi';
import type { KubeObject } from '../model/kube';

/** One resource that the program asked for, in the order in which it did. */
export interface Recorded {
  readonly type: string;
  readonly name: string;
  /** The objects in it: one, or those of a group; none for a provider or a component. */
  readonly objects: readonly KubeObject[];
  readonly inputs: Readonly<Record<string, unknown>>;
  readonly protect: boolean;
  readonly retainOnDelete: boolean;
  readonly provider?: string;
  /** Logical names of the resources it waits for. */
  readonly dependsOn: readonly string[];
}

const MASK = '[secret]';

/**
 * Runs a Pulumi program without an engine and returns what it asked for. Values of secrets are masked.
 *
 * @see https://www.pulumi.com/docs/iac/concepts/testing/unit/
 */
export async function record(
  run: () => Promise<unknown>,
  stack: string,
): Promise<{ readonly resources: readonly Recorded[]; readonly outputs: unknown }> {
  const resources: Promise<Recorded>[] = [];
  await pulumi.runtime.setMocks(
    {
      newResource: ({ name, inputs }) => ({ id: name, state: inputs as Record<string, unknown> }),
      call: ({ inputs }) => inputs,
    },
    'stageline',
    stack,
    true,
  );
  let failure: { readonly error: unknown } | undefined;
  const outputs = await pulumi.runtime.runInPulumiStack(async () => {
    pulumi.runtime.registerStackTransformation(({ type, name, props, opts }) => {
      resources.push(describe(type, name, props as Record<string, unknown>, opts));
      return undefined;
    });
    try {
      return await run();
    } catch (error) {
      // Pulumi would end the process over it.
      failure = { error };
      return {};
    }
  });
  if (failure) throw failure.error;
  return { resources: await Promise.all(resources), outputs };
}

async function describe(
  type: string,
  name: string,
  props: Record<string, unknown>,
  opts: pulumi.CustomResourceOptions,
): Promise<Recorded> {
  const inputs = (await plain(props)) as Record<string, unknown>;
  return {
    type,
    name,
    inputs,
    objects: objectsOf(type, inputs),
    protect: opts.protect ?? false,
    retainOnDelete: opts.retainOnDelete ?? false,
    provider: opts.provider && (await nameOf(opts.provider)),
    dependsOn: await dependencies(opts.dependsOn),
  };
}

/** Outputs resolved, secrets masked. */
async function plain(value: unknown): Promise<unknown> {
  if (pulumi.Output.isInstance(value)) {
    if (await pulumi.isSecret(value)) return masked(await resolved(value));
    return plain(await resolved(value));
  }
  if (Array.isArray(value)) return Promise.all(value.map(plain));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([, inner]) => inner !== undefined);
  return Object.fromEntries(
    await Promise.all(entries.map(async ([key, inner]) => [key, await plain(inner)] as const)),
  );
}

/** Which keys a secret has is no secret. */
function masked(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return MASK;
  return Object.fromEntries(Object.keys(value).map((key) => [key, MASK]));
}

const resolved = (output: pulumi.Output<unknown>): Promise<unknown> =>
  new Promise((resolve) => output.apply(resolve));

function objectsOf(type: string, inputs: Record<string, unknown>): KubeObject[] {
  if (Array.isArray(inputs['objs'])) return inputs['objs'] as KubeObject[];
  if (!type.startsWith('kubernetes:') || typeof inputs['metadata'] !== 'object') return [];
  const { apiVersion, kind, ...rest } = inputs;
  const [, , ofType] = type.split(':');
  return [{ apiVersion: String(apiVersion ?? 'v1'), kind: String(kind ?? ofType), ...rest } as KubeObject];
}

async function dependencies(input: pulumi.CustomResourceOptions['dependsOn']): Promise<string[]> {
  const list: unknown[] = Array.isArray(input) ? input : input === undefined ? [] : [input];
  const names = await Promise.all(list.map(async (each) => nameOf((await each) as pulumi.Resource)));
  return names.sort();
}

/** The logical name of a resource: the last part of its URN. */
async function nameOf(resource: pulumi.Resource): Promise<string> {
  return String(await resolved(resource.urn))
    .split('::')
    .at(-1)!;
}

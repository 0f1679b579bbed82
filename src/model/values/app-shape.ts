import { z } from 'zod';
import { apiAccess } from './api-access';
import { hooks } from './hooks';
import { dnsLabel, portNumber, text } from './scalars';
import { secretSources } from './secrets';

/** Who may talk to an app and whom it may talk to. Everything else is denied, DNS apart. */
export const network = z
  .strictObject({
    to: z
      .array(dnsLabel)
      .default([])
      .describe(
        'Apps of this stage that it calls: opens its way out, and their way in on the ports of their Service.',
      ),
    fromNamespaces: z.array(dnsLabel).default([]).describe('Namespaces whose pods may call it.'),
    toNamespaces: z.array(dnsLabel).default([]).describe('Namespaces whose pods it may call.'),
    toCidrs: z
      .array(z.strictObject({ cidr: z.union([z.cidrv4(), z.cidrv6()]), ports: z.array(portNumber).min(1) }))
      .default([])
      .describe('Addresses outside the cluster that it may call.'),
  })
  .prefault({});

/** Whether JSON can hold it: YAML knows `.inf` and `.nan` besides. */
function isJson(value: unknown): boolean {
  if (typeof value === 'number') return Number.isFinite(value);
  return typeof value !== 'object' || value === null || Object.values(value).every(isJson);
}

/**
 * The escape hatch: one change to a rendered object, as JSON Patch (RFC 6902). `replace` and `remove` need the path to
 * exist, `add` needs its parent to.
 */
export const patch = z
  .strictObject({
    kind: z.string().regex(/^[A-Z][A-Za-z0-9]*$/, 'must be a kind such as Deployment'),
    name: z.string().optional().describe('Default: the only object of that kind.'),
    op: z.enum(['add', 'replace', 'remove']),
    path: z
      .string()
      .regex(/^(\/([^/~]|~[01])*)+$/, 'must be a JSON Pointer such as /spec/template/spec/dnsPolicy'),
    value: z.unknown().optional().refine(isJson, 'must hold finite numbers only: no object has others'),
  })
  .refine((p) => (p.op === 'remove') === (p.value === undefined), {
    message: 'needs a value with add and replace, and none with remove',
  })
  .refine((p) => !/^\/(apiVersion|kind|metadata(\/(name|namespace))?)$/.test(p.path), {
    message: 'must not change which object this is: apiVersion, kind, name and namespace follow from the app',
    path: ['path'],
  });

/** What every app has, of whatever kind, a class of your own included. */
export const appShape = {
  namespace: dnsLabel.optional().describe("A namespace of its own; default: the stage's."),
  renamedFrom: dnsLabel
    .optional()
    .describe(
      'The name it had before: objects and selectors keep that name, so that nothing is created anew.',
    ),
  labels: z.record(z.string(), text).default({}).describe('Labels on every object of the app.'),
  annotations: z.record(z.string(), text).default({}).describe('Annotations on every object of the app.'),
  network,
  secrets: secretSources,
  hooks,
  api: apiAccess,
  patches: z.array(patch).default([]),
};

/**
 * The schema of an app's values: what every app has, and what this one adds.
 *
 * @example
 * import { appValues, values as v } from 'stageline';
 *
 * const values = appValues({ image: v.imageReference, storage: v.quantity });
 */
export const appValues = <Shape extends z.ZodRawShape>(shape: Shape) =>
  z.strictObject({ ...appShape, ...shape });
export type AppValues = z.output<z.ZodObject<typeof appShape>>;

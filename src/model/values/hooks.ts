import { z } from 'zod';
import { containerShape, podShape } from './container';
import { dnsLabel, imageReference } from './scalars';

/** What a hook is there for; it stands in a label, so that results can be told apart. */
export const HOOK_PURPOSES = [
  'migration',
  'smoke-test',
  'integration-test',
  'acceptance-test',
  'functional-test',
  'load-test',
  'notification',
  'other',
] as const;

export const hook = z.strictObject({
  phase: z
    .enum(['PreSync', 'PostSync', 'SyncFail'])
    .describe(
      'PreSync: when policies, config and stores are there, before the workloads change. PostSync: when everything ' +
        'is healthy. SyncFail: when the sync has failed.',
    ),
  purpose: z.enum(HOOK_PURPOSES).default('other'),
  ...containerShape,
  image: imageReference.optional().describe("Default: the app's own image.").meta({ promotable: 'image' }),
  ...podShape,
  backoffLimit: z.int().min(0).default(0).describe('How often it is tried again.'),
  activeDeadlineSeconds: z
    .int()
    .min(1)
    .default(600)
    .describe('Seconds after which it has failed: a sync waits for its hooks.'),
  restartPolicy: z.enum(['OnFailure', 'Never']).default('Never'),
  deletePolicy: z
    .array(z.enum(['BeforeHookCreation', 'HookSucceeded', 'HookFailed']))
    .min(1)
    .default(['BeforeHookCreation'])
    .describe('When Argo CD deletes the Job. It keeps its name, so that its last run can always be found.'),
});
export type Hook = z.output<typeof hook>;

/** https://argo-cd.readthedocs.io/en/stable/user-guide/resource_hooks/ */
export const hooks = z
  .record(dnsLabel, hook)
  .default({})
  .describe('Jobs that run with each sync, by name: migrations before it, tests after it.');

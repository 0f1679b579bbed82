import { z } from 'zod';
import { jqPathFault } from './jq-path';
import { text } from '../values/scalars';

/**
 * Sync options as Argo CD spells them: it compares whole strings and ignores what it does not know. Those with a key
 * of their own (ServerSideApply, PruneLast, PrunePropagationPolicy) are not in the list, so that there is one way to
 * say each. https://argo-cd.readthedocs.io/en/stable/user-guide/sync-options/
 */
export const SYNC_OPTIONS = [
  'Validate=true',
  'Validate=false',
  'CreateNamespace=true',
  'ApplyOutOfSyncOnly=true',
  'RespectIgnoreDifferences=true',
  'FailOnSharedResource=true',
  'SkipDryRunOnMissingResource=true',
  'ClientSideApplyMigration=false',
  'Replace=true',
] as const;
export type SyncOption = (typeof SYNC_OPTIONS)[number];

/** A length of time as Go spells it, in hours, minutes and seconds: Argo CD knows no days. */
export const goDuration = z
  .string()
  .regex(
    /^(?=\d)(\d{1,5}h)?(\d{1,5}m)?(\d{1,5}s)?$/,
    'must be a duration such as "30m", "8h" or "1h30m" (no days: write 24h)',
  )
  .refine((duration) => /[1-9]/.test(duration), { message: 'must be longer than nothing' });

/** https://argo-cd.readthedocs.io/en/stable/user-guide/auto_sync/ */
const retry = z
  .strictObject({
    limit: z.int().min(1).default(5).describe('Attempts.'),
    backoff: z
      .strictObject({
        duration: goDuration.default('5s').describe('Before the first retry.'),
        factor: z.int().min(1).default(2).describe('By which each wait is longer than the one before.'),
        maxDuration: goDuration.default('3m').describe('The longest wait.'),
      })
      .prefault({}),
  })
  .prefault({})
  .describe('What happens after a failed sync. Each retry takes the newest commit.');

/** How Argo CD brings a stage to what Git says. */
export const syncPolicy = z
  .strictObject({
    mode: z
      .enum(['auto', 'manual'])
      .optional()
      .describe('Default by place in the line: the first stage auto, every other manual.'),
    prune: z
      .boolean()
      .optional()
      .describe(
        'mode: auto only. Delete what Git no longer has. Default: true in a first stage, else false.',
      ),
    selfHeal: z
      .boolean()
      .optional()
      .describe('mode: auto only. Undo changes made by hand. Default: true in a first stage, else false.'),
    allowEmpty: z
      .boolean()
      .default(false)
      .describe('mode: auto only. Let a sync delete the last object of the stage.'),
    retry,
    serverSideApply: z
      .boolean()
      .default(true)
      .describe('Objects too large for an annotation (over 262,144 bytes) need it.'),
    prunePropagation: z
      .enum(['foreground', 'background', 'orphan'])
      .default('foreground')
      .describe('foreground: an owner goes after what it owns.'),
    pruneLast: z.boolean().default(true).describe('Delete after everything else is applied and healthy.'),
    options: z
      .array(z.enum(SYNC_OPTIONS))
      .default([])
      .describe('Further sync options, spelt as Argo CD spells them.'),
  })
  .prefault({})
  .describe('How Argo CD brings the stage to what Git says.');
export type SyncPolicy = z.output<typeof syncPolicy>;

const jqPath = z
  .string()
  .min(1)
  .superRefine((text, context) => {
    const fault = text === '' ? undefined : jqPathFault(text);
    if (fault === undefined) return;
    context.addIssue({ code: 'custom', message: `must be a path of jq such as .spec.replicas: ${fault}` });
  });

/** https://argo-cd.readthedocs.io/en/stable/user-guide/diffing/ */
export const ignoreDifferences = z
  .array(
    z
      .strictObject({
        group: text.default('').describe('API group; empty for the core group.'),
        kind: z.string().regex(/^[A-Z][A-Za-z0-9]*$/, 'must be a kind such as Deployment'),
        name: z.string().min(1).optional().describe('Default: every object of the kind.'),
        namespace: z.string().min(1).optional(),
        jsonPointers: z
          .array(z.string().regex(/^(\/([^/~]|~[01])*)+$/, 'must be a JSON Pointer such as /spec/replicas'))
          .min(1)
          .optional(),
        jqPathExpressions: z.array(jqPath).min(1).optional(),
        managedFieldsManagers: z.array(z.string().min(1)).min(1).optional(),
      })
      .refine((d) => Boolean(d.jsonPointers ?? d.jqPathExpressions ?? d.managedFieldsManagers), {
        message: 'needs jsonPointers, jqPathExpressions or managedFieldsManagers',
      }),
  )
  .default([])
  .describe('Fields that another controller owns; a sync leaves them alone.');

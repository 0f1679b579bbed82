import { z } from 'zod';
import { isTimeZone } from '../time-zone';
import { parseCron } from './cron';
import { goDuration } from './sync';

const timeZone = z.string().refine(isTimeZone, {
  message: 'must be an IANA time zone such as Europe/Berlin: Argo CD takes UTC for one that it does not know',
});

const cron = z.string().superRefine((schedule, context) => {
  const parsed = parseCron(schedule);
  if ('error' in parsed) context.addIssue({ code: 'custom', message: parsed.error });
});

/** A stretch of time in which a stage may, or may not, be synced. */
export const syncWindow = z.strictObject({
  kind: z
    .enum(['allow', 'deny'])
    .describe('Where there is an allow window, every time outside of one is denied; deny beats allow.'),
  schedule: cron.describe('When it opens: minute, hour, day of month, month, day of week (0 is Sunday).'),
  duration: goDuration.describe('How long it stays open, such as 8h.'),
  timeZone: timeZone.default('Etc/UTC').describe('IANA name; the schedule is local time there.'),
  manualSync: z
    .boolean()
    .default(false)
    .describe('Whether a person may sync by hand where this window keeps the controller from it.'),
  description: z.string().min(1).max(255).optional().describe('Why, for those whom it stops.'),
});
export type SyncWindow = z.output<typeof syncWindow>;

/** https://argo-cd.readthedocs.io/en/stable/user-guide/sync_windows/ */
export const windows = z
  .array(syncWindow)
  .default([])
  .describe('When the stage may be synced. Promotion reads the same lines.');

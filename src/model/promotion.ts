import { z } from 'zod';
import { approvals } from './approvals';
import { dnsLabel, reason } from './values/scalars';

/** A span of time: `30m`, `24h`, `7d`. */
export const duration = z
  .string()
  .regex(/^[1-9][0-9]{0,4}[mhd]$/, 'must be a number of minutes, hours or days such as "30m", "24h" or "7d"');

/** A duration in seconds. */
export function secondsOf(text: string): number {
  const unit = { m: 60, h: 3600, d: 86_400 }[text.at(-1) as 'm' | 'h' | 'd'];
  return Number(text.slice(0, -1)) * unit;
}

/** What has to be true before anything is promoted to a stage. */
const gates = z
  .strictObject({
    soak: duration
      .optional()
      .describe('How long the same content must have run, synced and healthy, in the stage before.'),
    deployed: z
      .boolean()
      .default(true)
      .describe('The stage before must have been recorded as synced and healthy with the same content.'),
    windows: z
      .boolean()
      .default(true)
      .describe('Closed while the sync windows of the stage deny: freezes hold for promotions too.'),
    approvals: approvals.optional(),
  })
  .describe('Also refuses direct edits (set-image, set) without --skip "<why>".');

/** What only a stage's own file says about promotion. None of it is ever pinned or promoted. */
export const promotionShape = {
  hold: reason.optional().describe('Why nothing is promoted to this stage until it is released.'),
  own: z
    .array(
      z
        .string()
        .regex(
          /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[^.]+)+$/,
          'must be an app and a path, such as frontend.env.LOG_LEVEL',
        ),
    )
    .default([])
    .describe('Values that are meant to differ in this stage: they travel neither in nor out.'),
  gates: gates.optional(),
  parity: z
    .strictObject({
      with: dnsLabel.describe('The stage that this one has to be like.'),
      except: z
        .array(z.string().min(1))
        .default([])
        .describe(
          'Fields that may differ, such as Deployment/frontend or Deployment/frontend:spec.replicas.',
        ),
    })
    .optional()
    .describe('Same kinds, probes, policies and Kubernetes version as another stage.'),
};

/** Keys of a stage that are never pinned: they say how it is promoted and delivered, not what is rendered. */
export const NEVER_PINNED = [
  'allowDestructive',
  'base',
  'fleet',
  'gates',
  'hold',
  'ignoreDifferences',
  'notifications',
  'outlives',
  'own',
  'owners',
  'parity',
  'promotesFrom',
  'revision',
  'sync',
  'windows',
] as const;

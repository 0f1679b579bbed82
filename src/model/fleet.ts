import { z } from 'zod';
import { dnsLabel } from './values/scalars';

/** What Argo CD keeps of each Application of a set lies in one object, and that holds 1.5 MiB. */
const MOST_CLUSTERS = 1000;

const step = z.strictObject({
  clusters: z.array(dnsLabel).min(1).describe('Some of `clusters` in base.yaml.'),
  maxUpdate: z
    .union([
      z.int().min(1),
      z.string().regex(/^([1-9][0-9]?|100)%$/, 'must be a number or a share such as "25%"'),
    ])
    .optional()
    .describe('How many of them may be synced at a time, as a number or a share. Default: all.'),
});

/** https://argo-cd.readthedocs.io/en/stable/operator-manual/applicationset/Progressive-Syncs/ */
export const fleet = z
  .array(step)
  .min(1)
  .refine((steps) => steps.reduce((sum, { clusters }) => sum + clusters.length, 0) <= MOST_CLUSTERS, {
    message: `must not have more than ${MOST_CLUSTERS} clusters: Argo CD keeps the state of all in one object`,
  })
  .optional()
  .describe(
    'Every cluster that the stage runs on, `cluster` among them, in the order in which they are synced: a step waits ' +
      'until every cluster of the one before is synced and healthy. Absent: it runs on `cluster` alone.',
  );

import { z } from 'zod';
import { notifications } from './delivery/notifications';
import { owners } from './delivery/owners';
import { ignoreDifferences, syncPolicy } from './delivery/sync';
import { windows } from './delivery/windows';
import { fleet } from './fleet';

/** A branch, a tag or a commit. */
export const gitRevision = z
  .string()
  .min(1)
  .regex(/^(?!-)[^\s~^:?*[\\\u0000-\u001f\u007f]+$/, 'must be a branch, a tag or a commit');

/** What base.yaml and a stage say about how the stage is delivered. */
export const syncShape = {
  sync: syncPolicy,
  windows,
  owners,
  notifications,
  ignoreDifferences,
  outlives: z
    .boolean()
    .optional()
    .describe(
      'Whether its workloads stay when its Application or the Pulumi stack is deleted. Default by place in the ' +
        'line: not those of a first stage, all others.',
    ),
};

/** What only a stage says about how it is delivered. */
export const ownSyncShape = {
  revision: gitRevision
    .optional()
    .describe('Branch, tag or commit that Argo CD follows; default: repository.revision in base.yaml.'),
  fleet,
};

import { z } from 'zod';

/** How Argo CD brings a stage to what Git says. */
export const syncShape = {
  sync: z
    .strictObject({
      mode: z
        .enum(['auto', 'manual'])
        .optional()
        .describe('Default by place in the line: the first stage auto, every other manual.'),
    })
    .prefault({}),
};

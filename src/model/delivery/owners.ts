import { z } from 'zod';

/** A group as the identity provider sends it. What would end or quote a field of a policy line cannot be in it. */
export const group = z
  .string()
  .regex(
    /^(?!(?:role|proj):)[A-Za-z0-9][A-Za-z0-9 :@._/\\=+-]{0,253}$/,
    'must be the name of a group: letters, digits, space and :@._/\\=+- , not beginning with role: or proj:',
  )
  .refine((name) => name.trim() === name, { message: 'must not end with a space' });

/** Who may do what with a stage; everybody else may do nothing. */
export const owners = z
  .strictObject({
    sync: z.array(group).default([]).describe('Groups that may look, sync and end a running sync.'),
    override: z
      .array(group)
      .default([])
      .describe('Groups that may also sync something else than Git says: another revision, local files.'),
    view: z.array(group).default([]).describe('Groups that may look, logs included.'),
  })
  .prefault({})
  .describe('Groups of people and what they may do with the stage in Argo CD. Nobody else may sync it.');
export type Owners = z.output<typeof owners>;

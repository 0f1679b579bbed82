import { z } from 'zod';

const handle = z
  .string()
  .max(255)
  .regex(
    /^[A-Za-z0-9_.][A-Za-z0-9_.-]*(\/[A-Za-z0-9_.][A-Za-z0-9_.-]*)*$/,
    'must be a name as the Git host has it, without "@": letters, digits, "_", ".", "-", and "/" between groups',
  );

/** Who has to approve a pull or merge request that changes a stage; the Git host enforces it. */
export const approvals = z
  .strictObject({
    count: z.int().min(1).max(10).default(1).describe('How many approvals.'),
    teams: z
      .array(handle)
      .default([])
      .describe('GitHub: teams, as organisation/team. GitLab: groups, as group/subgroup.'),
    people: z.array(handle).default([]).describe('User names.'),
  })
  .refine(({ teams, people }) => teams.length + people.length > 0, {
    message: 'needs teams or people that approve',
  })
  .describe(
    'Who approves what changes this stage. CODEOWNERS and the protection of the branch are made of it.',
  );
export type Approvals = z.output<typeof approvals>;

/** The sample's stages, as its environments/ name them: the first deploys itself, the others wait. */
export const PROJECT = 'podinfo';
export const STAGES = ['dev', 'staging', 'prod'] as const;
export type StageName = (typeof STAGES)[number];

/** The Application and the AppProject of a stage, and its namespace, are all called so. */
export function stage(name: StageName): string {
  return `${PROJECT}-${name}`;
}

/** Groups that the harness gives to the stages, so that there is somebody to tell apart. */
export const GROUPS = {
  owners: 'podinfo-owners',
  viewers: 'podinfo-viewers',
  others: 'payments-owners',
} as const;

export const DEPLOYMENT = ['apps/v1', 'Deployment'] as const;
export const NAMES = { bootstrap: 'bootstrap', sample: 'the sample, stage by stage' } as const;

/** A hook of an app. */
export function hook(phase: 'PreSync' | 'PostSync', purpose: string, command: string): object {
  const resources = { requests: { cpu: '10m', memory: '16Mi' }, limits: { memory: '32Mi' } };
  return { phase, purpose, command: [command], resources };
}

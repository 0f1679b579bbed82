import { editYaml, parseValues, valueIn, type ValueEdit } from '../config/yaml-edit';
import { trailer } from '../git/log';
import { isAncestor, readObjects, readTree, requireCommit } from '../git/read';
import type { Repo } from '../git/repository';
import { parseLock } from '../manifests/publish';
import { EXIT, UserError } from '../model/errors';
import { NEVER_PINNED } from '../model/promotion';
import { baseOf } from './base-revision';
import { ciphertextOf, describeKept } from './ciphertext';
import { carryOut, type OperationOptions } from './operation';
import type { Outcome, Proposal } from './proposal';
import { preview } from './preview';
import { contentHash } from './records';
import { historyMissing, refuseUnknownApps } from './refusals';
import { reasonsOf, releasesOf, type Release } from './releases';
import { baseToday, readInput, readStage, type Workspace, type World } from './workspace';
import { counted } from '../model/counted';

export interface RollbackOptions extends OperationOptions {
  readonly stage: string;
  /** Only these apps. @default the whole stage */
  readonly apps?: readonly string[];
  /** The revision or tag whose manifests the stage had. */
  readonly to?: string;
  /** How many releases back. @default 1 */
  readonly steps?: number;
}

/**
 * Takes a stage back to an earlier release, as one new commit after which its manifests are byte for byte those of the
 * release. The stage is held until it is released, and pinned if it was not.
 * @throws UserError when there is no such release, or history is not in the clone
 */
export function rollback(world: World, options: RollbackOptions): Promise<Outcome> {
  return carryOut(world, (workspace) => propose(workspace, options), options);
}

async function propose(workspace: Workspace, options: RollbackOptions): Promise<Proposal | undefined> {
  const { world, repo } = workspace;
  const target = await targetOf(workspace, options);
  const whole = options.apps === undefined || options.apps.length === 0;
  const { text: now } = readInput(world.root, options.stage);
  const manifests = await manifestsAt(repo, target, options.stage);
  const [then] = await readObjects(repo, [`${target}:environments/${options.stage}.yaml`]);
  if (manifests.size === 0 || then === undefined) throw noRelease(options.stage, target);
  if (await isThere(workspace, options, manifests)) return undefined;
  const back = whole
    ? await stageBack(workspace, options.stage, then.toString('utf8'), now, target)
    : await appsBack(workspace, options, then.toString('utf8'), target);
  const kept = ciphertextOf(parseValues(now), parseValues(back));
  const text = editYaml(back, kept, `environments/${options.stage}.yaml`);
  const lines = [
    `${whole ? 'the stage is' : `${options.apps!.join(', ')} are`} as in ${target.slice(0, 12)}`,
    `held until "stageline release ${options.stage}"`,
    ...describeKept(kept),
  ];
  const proposal: Proposal = {
    stage: options.stage,
    texts: new Map([[`${options.stage}.yaml`, text]]),
    // With other ciphertext than then the stage is rendered from its base; all else comes out as it was.
    ...(whole && kept.length === 0 ? { manifests: new Map([[options.stage, manifests]]) } : {}),
    subject: `rollback(${options.stage}): ${whole ? '' : `${options.apps!.join(', ')} `}to ${target.slice(0, 12)}`,
    lines,
    trailers: [
      ['Rollback-Of', workspace.checkout.head],
      ['Rollback-To', target],
    ],
    fields: [['stage', parseValues(now), parseValues(text)]],
  };
  // Without what stays as it is today, it has to come out as it was.
  const exactly = { ...proposal, texts: new Map([[`${options.stage}.yaml`, back]]) };
  if (!whole || kept.length > 0) {
    const differing = await differingFrom(workspace, exactly, manifests);
    if (!whole) refuseOtherBase(options, target, new Set(differing));
    else if (differing.length > 0)
      lines.push(`differs in more, as its cluster does: ${differing.join(', ')}`);
  }
  return proposal;
}

async function targetOf({ repo, checkout }: Workspace, options: RollbackOptions): Promise<string> {
  if (options.to !== undefined) {
    const commit = await requireCommit(repo, options.to);
    if (await isAncestor(repo, commit, checkout.head)) return commit;
    throw new UserError(
      {
        code: 'not-in-history',
        cause: `${options.to} is not in the history of this branch: the stage never was so here`,
        remedy: `stageline history ${options.stage}`,
      },
      EXIT.refused,
    );
  }
  const steps = options.steps ?? 1;
  const few = await releasesOf(repo, checkout.head, options.stage, { most: steps + 1 });
  const [reason] = await reasonsOf(repo, options.stage, few.slice(0, 1));
  const backTo = reason && trailer(reason, 'Rollback-To');
  const releases = backTo === undefined ? few : await releasesOf(repo, checkout.head, options.stage);
  const start = backTo === undefined ? 0 : await startOf(repo, releases, options.stage, backTo);
  const release = releases[steps + start];
  if (release) return release.entry.commit;
  if (releases.at(-1)?.cut) throw await historyMissing(repo, `older releases of ${options.stage} are`);
  throw new UserError(
    {
      code: 'no-release',
      cause: `${options.stage} has ${counted(releases.length, 'release')}, and none ${steps} back`,
      remedy: `stageline history ${options.stage}`,
    },
    EXIT.refused,
  );
}

/** After a rollback, one step back is from the release that it went to, whatever ciphertext stayed since. */
async function startOf(repo: Repo, releases: readonly Release[], stage: string, to: string): Promise<number> {
  const [text] = await readObjects(repo, [`${to}:dist/${stage}/stageline.lock`]);
  const lock = text && parseLock(stage, text.toString('utf8'));
  if (!lock || 'problem' in lock) return 0;
  const content = contentHash(lock);
  return Math.max(
    releases.findIndex((release, i) => i > 0 && release.content === content),
    0,
  );
}

async function manifestsAt(repo: Repo, commit: string, stage: string): Promise<Map<string, string>> {
  const prefix = `dist/${stage}/`;
  const files = await readTree(repo, commit, prefix);
  return new Map(
    [...files]
      .filter(([path]) => path.endsWith('.yaml'))
      .map(([path, text]): [string, string] => [path.slice(prefix.length), text]),
  );
}

/** The stage's file as it was, with what is never pinned as it is now; held, and pinned to what it rendered from. */
async function stageBack(
  { world, repo }: Workspace,
  stage: string,
  then: string,
  now: string,
  target: string,
): Promise<string> {
  const [before, today] = [parseValues(then), parseValues(now)];
  const kept = NEVER_PINNED.filter((key) => key !== 'base' && key !== 'hold').map((key): ValueEdit => ({
    path: [key],
    value: valueIn(today, [key]),
  }));
  const base = valueIn(before, ['base']) ?? (await baseOf(repo, target, baseToday(world.root)));
  const edits = [...kept, { path: ['base'], value: base }, { path: ['hold'], value: reasonFor(target) }];
  return editYaml(then, edits, `environments/${stage}.yaml`);
}

const reasonFor = (target: string): string => `rolled back to ${target.slice(0, 12)}`;

async function appsBack(
  { world, repo, checkout }: Workspace,
  options: RollbackOptions,
  then: string,
  target: string,
): Promise<string> {
  const stage = await readStage(world.root, repo, options.stage);
  const before = parseValues(then);
  const edits = options.apps!.map((app): ValueEdit => {
    const path = ['apps', app];
    return { path, value: valueIn(before, path) };
  });
  const pin =
    stage.base === undefined
      ? [{ path: ['base'], value: await baseOf(repo, checkout.head, baseToday(world.root)) }]
      : [];
  const hold = { path: ['hold'], value: `${options.apps!.join(', ')} ${reasonFor(target)}` };
  return editYaml(stage.text, [...edits, ...pin, hold], stage.file);
}

/** The files of the stage that come out otherwise than they are in the release. */
async function differingFrom(
  { world }: Workspace,
  proposal: Proposal,
  manifests: ReadonlyMap<string, string>,
): Promise<string[]> {
  const { prepared } = await preview(world, proposal);
  const files = prepared.outputs.find(({ name }) => name === proposal.stage)!.files;
  const texts = new Map(files.map(({ path, text }) => [path, text]));
  const paths = new Set([...texts.keys(), ...manifests.keys()]);
  return [...paths].filter((path) => texts.get(path) !== manifests.get(path)).sort();
}

/** With another base an app renders otherwise, whatever its values: then only the whole stage can go back. */
function refuseOtherBase(
  { apps, stage }: RollbackOptions,
  target: string,
  differing: ReadonlySet<string>,
): void {
  const others = apps!.filter((app) => differing.has(`${app}.yaml`));
  if (others.length === 0) return;
  throw new UserError(
    {
      code: 'other-base',
      cause: `${others.join(', ')} cannot go back alone: the base of ${stage} has changed since`,
      consequence: `The manifests would not be those of the release (${target}).`,
      remedy: 'roll back the whole stage, by naming no app',
    },
    EXIT.refused,
  );
}

/** Whether what is to go back is there already. */
async function isThere(
  { repo, checkout }: Workspace,
  { stage, apps = [] }: RollbackOptions,
  manifests: ReadonlyMap<string, string>,
): Promise<boolean> {
  const now = await manifestsAt(repo, checkout.head, stage);
  const paths = new Set([...now.keys(), ...manifests.keys()]);
  const known = [...paths]
    .filter((path) => path !== '_stage.yaml')
    .map((path) => path.replace(/\.yaml$/, ''));
  refuseUnknownApps(stage, apps, known);
  const asked = apps.length === 0 ? [...paths] : apps.map((app) => `${app}.yaml`);
  return asked.every((path) => now.get(path) === manifests.get(path));
}

const noRelease = (stage: string, target: string): UserError =>
  new UserError(
    {
      code: 'no-release',
      cause: `stage ${stage} was not rendered in ${target.slice(0, 12)}`,
      remedy: `stageline history ${stage}`,
    },
    EXIT.refused,
  );

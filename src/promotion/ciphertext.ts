import { isDeepStrictEqual } from 'node:util';
import { valueIn, type ValueEdit } from '../config/yaml-edit';
import { EXIT, UserError, type Problem } from '../model/errors';
import type { PlannedChange } from './plan';
import { appsOf, mergeValues, type StageSource } from './values';

type Plain = Readonly<Record<string, unknown>>;
const mapAt = (data: unknown, path: readonly string[]): Plain => {
  const value = valueIn(data, path);
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Plain) : {};
};

/**
 * What of a stage's file stays as it is today when the stage goes back: ciphertext and versions in a store, since what
 * was there before may open nothing any more, and the certificate that is sealed with. A key that is not sealed today
 * keeps what was sealed then; a secret that the release did not have goes with the rest of it.
 */
export function ciphertextOf(today: unknown, back: unknown): ValueEdit[] {
  const edits: ValueEdit[] = [];
  const keep = (path: readonly string[], value: unknown): void => {
    if (!isDeepStrictEqual(value, valueIn(back, path))) edits.push({ path, value });
  };
  for (const app of Object.keys(mapAt(today, ['apps'])))
    for (const secret of Object.keys(mapAt(today, ['apps', app, 'secrets']))) {
      const path = ['apps', app, 'secrets', secret];
      if (valueIn(back, path) === undefined) continue;
      const [now, then] = [mapAt(today, [...path, 'sealed']), mapAt(back, [...path, 'sealed'])];
      if (Object.keys(now).length > 0) keep([...path, 'sealed'], { ...then, ...now });
      keep([...path, 'remote'], valueIn(today, [...path, 'remote']));
    }
  const certificate = ['secrets', 'sealedSecrets', 'certificate'];
  if (valueIn(back, certificate) !== undefined && valueIn(today, certificate) !== undefined)
    keep(certificate, valueIn(today, certificate));
  return edits;
}

/** A line for each of them. */
export function describeKept(edits: readonly ValueEdit[]): string[] {
  return edits.map(({ path }) => {
    const what = { sealed: 'the ciphertext', remote: 'the place in the store' }[path.at(-1)!];
    return what === undefined
      ? `stays as it is today: ${path.join('.')}`
      : `stays as it is today: ${what} of ${path[1]}.${path[3]}`;
  });
}

/** The keys that an app uses of a secret, as its values say; a class says so only when it is rendered. */
function keysOf(use: unknown): string[] {
  const listed = valueIn(use, ['keys']);
  const keys = [
    ...Object.values(mapAt(use, ['env'])),
    ...Object.values(mapAt(use, ['files'])),
    ...(Array.isArray(listed) ? (listed as unknown[]) : []),
  ];
  return [...new Set(keys.filter((key) => typeof key === 'string'))].sort();
}

/**
 * Ciphertext is bound to its stage and never travels: what a promotion makes the target use has to be sealed there first.
 * @param after the target as it would be
 * @returns what the plan says of ciphertext that stays behind
 * @throws UserError `not-sealed` with the command for each secret, exit code 3
 */
export function requireSealed(
  from: StageSource,
  after: StageSource,
  changes: readonly PlannedChange[],
): string[] {
  const provider = valueIn(mergeValues(after.baseValues, after.values), ['secrets', 'provider']);
  if (provider !== 'sealedSecrets') return [];
  const notes: string[] = [];
  const problems: Problem[] = [];
  for (const [app, values] of Object.entries(appsOf(after))) {
    for (const [secret, use] of Object.entries(mapAt(values, ['secrets']))) {
      if (valueIn(use, ['existing']) !== undefined) continue;
      const sealed = mapAt(use, ['sealed']);
      const missing = keysOf(use).filter((key) => !Object.hasOwn(sealed, key));
      if (missing.length > 0) problems.push(notSealed(after, app, secret, missing));
      const moved = changes.some(
        (change) => change.app === app && change.path[0] === 'secrets' && change.path[1] === secret,
      );
      const there = valueIn(appsOf(from)[app], ['secrets', secret, 'sealed']) !== undefined;
      if (moved && there && missing.length === 0)
        notes.push(`${app}.secrets.${secret}: its ciphertext is ${after.name}'s own, and none is copied`);
    }
  }
  if (problems.length > 0) throw new UserError(problems, EXIT.refused);
  return notes;
}

function notSealed(stage: StageSource, app: string, secret: string, missing: readonly string[]): Problem {
  return {
    code: 'not-sealed',
    cause: `${stage.name} has not sealed ${missing.join(', ')} of the secret "${secret}" of ${app}, which would be used there`,
    consequence: 'Ciphertext is bound to its stage and never travels. Nothing was changed.',
    remedy: `stageline seal ${stage.name} ${app} ${secret} ${missing.join(' ')}, then synth, commit, and promote again`,
    at: { file: stage.file },
  };
}

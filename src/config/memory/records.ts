import type { Cluster } from '../../model/cluster';
import type { AppClass, Environment, RepositoryValues, StageValues } from '../../model/environment';
import type { Location } from '../../model/errors';
import type { Located } from '../located';
import { isPlain } from '../plain-yaml';
import { mentionsIn, type Mention, type Mentions } from '../undeclared-calls';

/** What stages are made of must not depend on where it stands: that is found out when somebody asks. */
export const NOWHERE: Location = { file: '' };

/** What is kept of earlier runs, as JSON, by the hash of all that it follows from and of this program. */
export interface Memory {
  keyOf(data: unknown): string;
  has(key: string): boolean;
  get(key: string): unknown;
  put(key: string, json: string): void;
  /** What in it looks like a credential: such a thing is not put there. */
  credentialsIn(value: object): readonly string[];
  /** Whether all that looks like one in a file, given as plain data and as its text, is allowed by a comment there. */
  isAllAllowed(values: unknown, text: string, file: string): boolean;
}

/** The files of environments/, base.yaml and each stage's by its name, and whether pins count. */
export interface Texts {
  readonly base: string;
  readonly stages: ReadonlyMap<string, string>;
  readonly unpinned: boolean;
}

/** What base.yaml says, where nothing is wrong with it. */
export interface BaseRecord {
  readonly values: RepositoryValues;
  /** What stages are laid over, without the apps. */
  readonly rest: unknown;
  /** The key of each app's entry, as it is written, and where it stands. */
  readonly apps: readonly (readonly [name: string, key: string, at: Location])[];
}

/** A stage that every rule holds for. */
export interface StageRecord {
  readonly at: Location;
  readonly cluster: Cluster;
  /** Without the apps. */
  readonly values: StageValues;
  readonly apps: readonly (readonly [name: string, key: string, at: Location, app: AppRecord])[];
}

/** An app of a stage that every rule holds for; its values have a key of their own, and those of a class are not kept. */
export interface AppRecord {
  readonly kind: string;
  readonly namespace?: string | undefined;
  readonly renamedFrom?: string | undefined;
  readonly to: readonly string[];
  /** Whether it has ciphertext, which may not be that of another app. */
  readonly sealed: boolean;
  /** The hosts that its values name. */
  readonly mentions?: Mentions | undefined;
}

export type AppValues = StageValues['apps'][string];

/** Base.yaml's, which apps there are that are classes included: they are there without an entry. */
export const baseKey = (memory: Memory, { base }: Texts, classes: readonly AppClass[]): string =>
  memory.keyOf(['base', base, classes.map(({ name }) => name)]);

/** @param base the key of base.yaml */
export const stageKey = (memory: Memory, base: string, name: string, { stages, unpinned }: Texts): string =>
  memory.keyOf(['stage', base, name, stages.get(name), unpinned]);

/**
 * What the rules ask of a stage when they look at one of its apps; and whether its file allows anything, so that what was
 * allowed is looked at again when the comment is gone.
 */
export const aboutKey = (
  memory: Memory,
  name: string,
  { cluster, values }: Pick<StageRecord, 'cluster' | 'values'>,
  text: string,
): string => memory.keyOf(['about', name, cluster, values, allowsAny(text)]);

/** Whether the text of a file may have a comment that allows what looks like a credential. */
export const allowsAny = (text: string): boolean => text.includes('allowSecret');

export const appKey = (
  memory: Memory,
  kind: 'app' | 'class',
  about: string,
  base: string | undefined,
  over: unknown,
): string => memory.keyOf([kind, about, base ?? null, over ?? null]);

export const valuesKey = (app: string): string => `${app} values`;

export function recordOf(values: AppValues): AppRecord {
  const { kind = 'class', namespace, renamedFrom, network, secrets } = values;
  const sealed = Object.values(secrets).some((secret) => secret.sealed !== undefined);
  return { kind, namespace, renamedFrom, to: network.to, sealed, mentions: mentionsIn(values) };
}

/**
 * @param values as the schema of the app leaves them, as JSON; of a class as the files give them, which its schema has to see
 *   again
 */
export function putApp(memory: Memory, key: string, record: AppRecord, values: string): void {
  if (memory.has(key)) return;
  memory.put(key, JSON.stringify(record));
  memory.put(valuesKey(key), values);
}

/** Whether one of the files may allow something. */
export const anyAllows = ({ base, stages }: Texts): boolean => [base, ...stages.values()].some(allowsAny);

/** What is kept of an app, as JSON: null where it holds what these files allow, which is read from them when somebody asks. */
export function keptOf(memory: Memory, texts: Texts): (values: unknown) => string {
  const allows = anyAllows(texts);
  return (values) => (allows && !mayKeep(memory, { apps: { values } }) ? 'null' : JSON.stringify(values));
}

/** Without the apps: they are kept one by one. */
export const withoutApps = ({ values }: Environment): StageValues => ({ ...values, apps: {} });

/** What of a file, as plain data, may hold a credential. What an app says of its secrets are names and ciphertext. */
export function withoutSecrets(file: unknown): readonly Readonly<Record<string, unknown>>[] {
  const { apps, ...rest } = (file ?? {}) as { readonly apps?: object | null };
  return [rest, ...Object.values(apps ?? {})].map((each) => {
    const { secrets: _, ...values } = (each ?? {}) as { readonly secrets?: unknown };
    return values;
  });
}

/** Whether a file, as plain data, may be put there. */
export const mayKeep = (memory: Memory, file: unknown): boolean =>
  withoutSecrets(file).every((values) => memory.credentialsIn(values).length === 0);

/** Whether a host that an app names is part of a credential, or may be: `secret:1234` looks like one. */
export function namesCredential(memory: Memory, values: AppValues): boolean {
  const mentions = mentionsIn(values) ?? [];
  const isPart = (secret: string, { name, namespace = name, path }: Mention): boolean =>
    [name, namespace].some((part) => secret.toLowerCase().includes(part)) || path.includes(secret);
  return (
    mentions.length > 0 &&
    withoutSecrets({ apps: { values } })
      .flatMap((each) => memory.credentialsIn(each))
      .some((secret) => mentions.some((mention) => isPart(secret, mention)))
  );
}

/** Whether JSON brings it back: it has no infinity, and no zero below zero. */
export function isJson(value: Located): boolean {
  if (isPlain(value)) return true;
  if (value.kind === 'list') return value.items.every(isJson);
  if (value.kind === 'map') {
    for (const entry of value.entries.values()) if (!isJson(entry.value)) return false;
    return true;
  }
  const { value: scalar } = value;
  return typeof scalar !== 'number' || (Number.isFinite(scalar) && !Object.is(scalar, -0));
}

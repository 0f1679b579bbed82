import type { HardeningNote } from '../../constructs';
import type { App, Environment } from '../../model/environment';
import type { KubeObject } from '../../model/kube';
import type { Kinds } from '../../model/rendered';

/** What one file of one stage is rendered from, as plain data: it can be hashed, and go to another thread. */
export interface UnitInput {
  readonly stage: StageInput;
  /** Absent for what the stage has beside its apps. */
  readonly app?: AppInput;
  /** What the file's first line names as its source. */
  readonly source: string;
  /** Of a pinned stage: as it was rendered already. */
  readonly text?: string;
}

/** What an app sees of its stage: all but the other apps. */
export type StageInput = Omit<Environment, 'apps' | 'locate' | 'key'>;
export type AppInput = Omit<App, 'locate' | 'key'>;

/** What is known of a file of a stage that was rendered, and found to be right by itself. */
export interface Facts {
  /** SHA-256 of its text. */
  readonly hash: string;
  /** Its length in bytes. */
  readonly size: number;
  readonly kinds: Kinds;
  /** The API groups of its objects. */
  readonly groups: readonly string[];
  /** SHA-256 of its outlines, as JSON. */
  readonly outlineHash: string;
  /** SHA-256 of what the input says of the app. */
  readonly inputs?: string;
  readonly hardening: readonly HardeningNote[];
  readonly foreign: readonly string[];
  /** Whether it holds what looks like a credential: somebody may have allowed it. */
  readonly suspect?: boolean;
}

/** Such a file, as one thread tells another. */
export interface Rendered {
  readonly facts: Facts;
  readonly text: string;
  /** As JSON, where they come from another thread: that takes less than to clone them. */
  readonly outlines: readonly KubeObject[] | string;
}

export function stageInput({ apps: _, locate: __, key: ___, values, ...stage }: Environment): StageInput {
  // The values of the apps are not asked for: nobody may have looked at them yet.
  const own = Object.keys(values).map((key) => [
    key,
    key === 'apps' ? {} : values[key as keyof typeof values],
  ]);
  return { ...stage, values: Object.fromEntries(own) as StageInput['values'] };
}

export function appInput({ locate: _, key: __, ...app }: App): AppInput {
  return app;
}

/** What tells the input of an app from any other: its values have a key of their own, or are all there is. */
export function identityOf(app: App): unknown {
  if (app.key === undefined) return appInput(app);
  const { name, objectName, kind, namespace, calls, calledBy, key } = app;
  return { name, objectName, kind, namespace, calls, calledBy, key };
}

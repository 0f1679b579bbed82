import type { HardeningNote } from '../../constructs';
import type { App, Environment } from '../../model/environment';
import type { Kinds } from '../../model/rendered';

/** What one file of one stage is rendered from, as plain data: it can be hashed, and go to another thread. */
export interface UnitInput {
  readonly stage: StageInput;
  /** Absent for what the stage has beside its apps. */
  readonly app?: AppInput;
  /** What the file's first line names as its source. */
  readonly source: string;
}

/** What an app sees of its stage: all but the other apps. */
export type StageInput = Omit<Environment, 'apps' | 'locate'>;
export type AppInput = Omit<App, 'locate'>;

/** What is known of a file of a stage that was rendered, and found to be right by itself. */
export interface Facts {
  /** SHA-256 of its text. */
  readonly hash: string;
  /** Its length in bytes. */
  readonly size: number;
  readonly kinds: Kinds;
  /** SHA-256 of its outlines, as JSON. */
  readonly outlineHash: string;
  readonly hardening: readonly HardeningNote[];
  readonly foreign: readonly string[];
}

/** Such a file, as one thread tells another. */
export interface Rendered {
  readonly facts: Facts;
  readonly text: string;
  /** As JSON. */
  readonly outlines: string;
}

export function stageInput({ apps: _, locate: __, ...stage }: Environment): StageInput {
  return { ...stage, values: { ...stage.values, apps: {} } };
}

export function appInput({ locate: _, ...app }: App): AppInput {
  return app;
}

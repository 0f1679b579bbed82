import type { RenderedApp } from '../../constructs';
import type { App, Environment } from '../../model/environment';
import type { Proven } from '../../model/rendered';

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

/** A file of a stage as it is deployed, right by itself: it fits its schemas, and holds nothing like a credential. */
export interface Unit extends RenderedApp {
  readonly proven: Proven;
}

export function stageInput({ apps: _, locate: __, ...stage }: Environment): StageInput {
  return { ...stage, values: { ...stage.values, apps: {} } };
}

export function appInput({ locate: _, ...app }: App): AppInput {
  return app;
}

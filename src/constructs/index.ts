export { BaseApp, type AppProps } from './base-app';
export type { ComponentProps } from './component';
export type { HardeningNote } from './hardening';
export { HttpService } from './http-service';
export type { ScopeOf } from './kinds';
export { ManifestsApp, type ManifestsProps } from './manifests-app';
export { OneOffJob } from './one-off-job';
export { renderApp, renderAppWithNotes, renderStageBase, type AppSource, type RenderedApp } from './render';
export { AppSecret, type SecretOptions } from './secret';
export { ScheduledJob } from './scheduled-job';
export {
  classApp,
  Stage,
  type ClassApp,
  type ResolvedStageProps,
  type StageInCodeProps,
  type StageInput,
  type StageProps,
} from './stage';
export { StageBase } from './stage-base';
export { StatefulApp } from './stateful-app';
export { Worker } from './worker';
export type { AppBuilder, AppConstructor } from './yaml-apps';

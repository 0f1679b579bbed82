export { Construct } from 'constructs';
export { BaseApp, type AppProps } from './base-app';
export type { ComponentProps } from './component';
export type { HardeningNote } from './hardening';
export { HttpService } from './http-service';
export { renderApp, renderAppWithNotes, renderStageBase, type RenderedApp } from './render';
export { StageBase } from './stage-base';
export type { AppConstructor } from './yaml-apps';

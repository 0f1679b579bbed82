import { App as Cdk8sApp } from 'cdk8s';
import type { App, Environment } from '../model/environment';
import type { KubeObject } from '../model/kube';
import type { BaseApp } from './base-app';
import type { HardeningNote } from './hardening';
import { inApplyOrder } from './kinds';
import { StageBase } from './stage-base';
import { YAML_APPS, type AppConstructor } from './yaml-apps';

/** An app as it is deployed. */
export interface RenderedApp {
  /** Its objects, in the order in which they are applied. */
  readonly objects: readonly KubeObject[];
  /** Which hardening it switches off, and why. */
  readonly hardening: readonly HardeningNote[];
}

/**
 * Renders one app of one stage. Each gets a tree of constructs of its own: one tree for all would take time in
 * proportion to the square of their number, and the paths would differ between stages.
 *
 * @throws UserError when a value does not fit its cluster, or a patch does not fit its object.
 */
export function renderAppWithNotes(
  environment: Environment,
  app: App,
  appClass?: AppConstructor,
): RenderedApp {
  const Class = appClass ?? YAML_APPS[app.kind];
  if (!Class) throw new Error(`the app "${app.name}" is of kind "${app.kind}" and has no class`);
  const built: BaseApp = new Class(tree(), 'app', { environment, app, values: app.values as never });
  return { objects: inApplyOrder(built.toJson() as KubeObject[]), hardening: built.hardeningNotes };
}

/** The objects of one app of one stage: see {@link renderAppWithNotes}. */
export const renderApp = (environment: Environment, app: App, appClass?: AppConstructor): KubeObject[] => [
  ...renderAppWithNotes(environment, app, appClass).objects,
];

/** The objects of a stage beside its apps: namespaces, quotas, limits, default deny. */
export const renderStageBase = (environment: Environment): KubeObject[] =>
  inApplyOrder(new StageBase(tree(), 'stage', environment).toJson() as KubeObject[]);

const tree = (): Cdk8sApp => new Cdk8sApp({ recordConstructMetadata: false });

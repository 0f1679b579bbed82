import { App as Cdk8sApp } from 'cdk8s';
import type { Construct } from 'constructs';
import type { App, Environment } from '../model/environment';
import type { KubeObject } from '../model/kube';
import type { BaseApp } from './base-app';
import type { HardeningNote } from './hardening';
import { objectsOf } from './finish';
import { addHooks } from './hook-job';
import { inApplyOrder, type ScopeOf } from './kinds';
import { ManifestsApp, type ManifestsProps } from './manifests-app';
import { StageBase } from './stage-base';
import { YAML_APPS, type AppBuilder } from './yaml-apps';

/** Where an app comes from when the model does not say it all. */
export interface AppSource {
  /** The class of an app in src/apps/. */
  readonly construct?: AppBuilder;
  /** The objects of `kind: manifests`, as its folder holds them. */
  readonly manifests?: readonly KubeObject[];
  /**
   * Which kinds of `kind: manifests` live in a namespace.
   * @default as the CRDs among the manifests say, and as is known of Kubernetes' own kinds
   */
  readonly scopeOf?: ScopeOf;
}

/** An app as it is deployed. */
export interface RenderedApp {
  /** Its objects, in the order in which they are applied. */
  readonly objects: readonly KubeObject[];
  /** Which hardening it switches off, and why. */
  readonly hardening: readonly HardeningNote[];
  /** What it needs and somebody else creates, as `Kind/name`. */
  readonly foreign: readonly string[];
}

/** Builds one app of one stage into a tree of constructs. */
export function buildApp(
  scope: Construct,
  id: string,
  environment: Environment,
  app: App,
  source: AppSource = {},
): BaseApp {
  const built = construct(scope, id, environment, app, source);
  addHooks(built);
  return built;
}

function construct(
  scope: Construct,
  id: string,
  environment: Environment,
  app: App,
  source: AppSource,
): BaseApp {
  const props = { environment, app, values: app.values as never };
  if (app.kind === 'manifests') {
    const { manifests: objects = [], scopeOf } = source;
    return new ManifestsApp(scope, id, { ...props, objects, scopeOf } satisfies ManifestsProps);
  }
  const Class = source.construct ?? YAML_APPS[app.kind];
  if (!Class) throw new Error(`the app "${app.name}" is of kind "${app.kind}" and has no class`);
  return new Class(scope, id, props);
}

/**
 * Renders one app of one stage. Each gets a tree of constructs of its own: one tree for all would take time in
 * proportion to the square of their number, and the paths would differ between stages.
 *
 * @throws UserError when a value does not fit its cluster, or a patch does not fit its object.
 */
export function renderAppWithNotes(environment: Environment, app: App, source: AppSource = {}): RenderedApp {
  const built = buildApp(tree(), 'app', environment, app, source);
  return { objects: objectsIn(built), hardening: built.hardeningNotes, foreign: built.foreignObjects };
}

/** The objects of one app of one stage: see {@link renderAppWithNotes}. */
export const renderApp = (environment: Environment, app: App, source: AppSource = {}): KubeObject[] => [
  ...renderAppWithNotes(environment, app, source).objects,
];

/** The objects of a stage beside its apps: namespaces, quotas, limits, default deny. */
export const renderStageBase = (environment: Environment): KubeObject[] =>
  objectsIn(new StageBase(tree(), 'stage', environment));

/**
 * What a chart renders to, in the order in which it is applied. `chart.toJson()` would also look at the rest of the
 * tree, and find an order by dependencies that is not used.
 */
export function objectsIn(chart: BaseApp | StageBase): KubeObject[] {
  const errors: string[] = [];
  for (const { node } of chart.node.findAll())
    for (const error of node.validate()) errors.push(`[${node.path}] ${error}`);
  if (errors.length > 0) throw new Error(`Validation failed:\n  ${errors.join('\n  ')}`);
  return inApplyOrder(objectsOf(chart).map((object) => object.toJson() as KubeObject));
}

const tree = (): Cdk8sApp => new Cdk8sApp({ recordConstructMetadata: false });

import type * as constructsModule from '../constructs';
import type { RenderedApp } from '../constructs';
import { emitFile } from '../manifests/emit';
import { sha256 } from '../manifests/publish';
import type { App, Environment, Repository } from '../model/environment';
import type { KubeObject } from '../model/kube';
import type { LoadedApp } from './load-apps';
import { clusterScopes } from './scopes';

/** Where a rendering gets what is not in the model: the app classes, and the folders of plain manifests. */
export interface Sources {
  readonly apps: readonly LoadedApp[];
  readonly manifests: (app: App) => readonly KubeObject[];
}

/** What comes of an app, and the file of its class. */
export type RenderedAnew = RenderedApp & Partial<Pick<LoadedApp, 'file'>>;

/** Renders an app of a stage. */
export type RenderApp = (environment: Environment, app: App) => RenderedAnew;

/** Whether an app is rendered in each run: a class may read what it likes, and plain manifests lie in files of their own. */
export const isRenderedAnew = ({ kind }: App): boolean => kind === 'class' || kind === 'manifests';

/** Renders each app once: a class need not give the same twice. */
export function renderOnce({
  repository,
  sources,
}: {
  readonly repository: Repository;
  readonly sources: Sources;
}): RenderApp {
  const scopes = clusterScopes(repository, sources.manifests);
  const classes = new Map(sources.apps.map((loaded) => [loaded.name, loaded]));
  const rendered = new Map<App, RenderedAnew>();
  return (environment, app) => {
    const known = rendered.get(app);
    if (known) return known;
    // eslint-disable-next-line @typescript-eslint/no-require-imports -- cdk8s is loaded only when something is rendered
    const { renderAppWithNotes } = require('../constructs') as typeof constructsModule;
    const { construct, file } = classes.get(app.name) ?? {};
    const manifests = app.kind === 'manifests' ? sources.manifests(app) : undefined;
    const scopeOf = scopes(environment.cluster);
    const one = { ...renderAppWithNotes(environment, app, { construct, manifests, scopeOf }), file };
    rendered.set(app, one);
    return one;
  };
}

/** The hash of what comes of the apps of a stage that are rendered anew; undefined where one cannot be rendered. */
export function hashAnew(environment: Environment, renderApp: RenderApp): string | undefined {
  try {
    const found = environment.apps.filter(isRenderedAnew).map((app) => {
      const { objects, hardening, foreign, file = '' } = renderApp(environment, app);
      return [app.name, emitFile({ path: '', source: file, at: { file }, objects }), hardening, foreign];
    });
    return sha256(JSON.stringify(found));
  } catch {
    // Told where all is rendered.
    return undefined;
  }
}

import type * as constructsModule from '../constructs';
import type { App, Environment, Repository } from '../model/environment';
import { UserError, type Location, type Problem } from '../model/errors';
import type { KubeObject } from '../model/kube';
import { stageFacts, type RenderedFile, type RenderedStage } from '../model/rendered';
import { renderOnce, type RenderApp, type Sources } from './anew';
import { appThrew, placeIn } from './class-problems';
import { placeAmong } from './manifests-folder';
import type { Unit, Units } from './units';

/** A stage as it would be deployed, and what its reviewers should know. */
export interface Rendering {
  readonly stage: RenderedStage;
  /** Hardening that apps switch off, with the reason. */
  readonly notes: readonly string[];
}

/** The stage's own objects, beside one file an app. No app can be called so: the underscore is no DNS label. */
const STAGE_FILE = '_stage.yaml';

/** Where the file of an app, or of the stage itself, is below dist/. */
export const pathOf = ({ name }: Environment, app?: App): string =>
  app ? `${name}/${app.name}.yaml` : `${name}/${STAGE_FILE}`;

/** What the first line of a file names as its source. */
export function sourceOf({ locate }: Environment, app?: App, file?: string): string {
  const stage = locate([]).file;
  if (!app) return stage;
  return `app ${app.name} in environments/base.yaml and ${stage}${file === undefined ? '' : `, ${file}`}`;
}

// eslint-disable-next-line @typescript-eslint/no-require-imports -- cdk8s is loaded only when something is rendered
const constructs = (): typeof constructsModule => require('../constructs') as typeof constructsModule;

/** What is rendered already, and who renders the rest. */
export interface Renderer {
  readonly units: Units;
  readonly renderApp: RenderApp;
}

/**
 * Every stage as objects, in files.
 *
 * @param renderer @default renders all of it
 * @throws UserError with the problems of every app that cannot be rendered
 */
export function renderRepository(
  repository: Repository,
  sources: Sources,
  renderer: Renderer = { units: new Map(), renderApp: renderOnce({ repository, sources }) },
): readonly Rendering[] {
  const problems: Problem[] = [];
  const renderings = repository.environments.map((environment) =>
    renderStage(environment, sources, renderer, problems),
  );
  if (problems.length > 0) throw new UserError(problems);
  return renderings;
}

function renderStage(
  environment: Environment,
  sources: Sources,
  { units, renderApp }: Renderer,
  problems: Problem[],
): Rendering {
  const { name, values } = environment;
  const at = environment.locate([]);
  const notes: string[] = [];
  const foreign = new Set(values.existing);
  const classes = new Map(sources.apps.map((loaded) => [loaded.name, loaded]));
  const own = units.get(environment);
  const [path, source] = [pathOf(environment), sourceOf(environment)];
  const base = own
    ? new KnownFile(path, source, at, own)
    : { path, source, at, objects: constructs().renderStageBase(environment) };
  const apps = environment.apps.flatMap((app): RenderedFile[] => {
    const loaded = classes.get(app.name);
    try {
      const unit = units.get(app);
      const rendered = unit ?? renderApp(environment, app);
      for (const object of rendered.foreign) foreign.add(object);
      for (const { container, field, reason } of rendered.hardening)
        notes.push(`${container} runs without ${field}: ${reason}`);
      const [path, source] = [pathOf(environment, app), sourceOf(environment, app, loaded?.file)];
      const at = app.locate([]);
      if (unit) return [new KnownFile(path, source, at, unit)];
      const { objects } = rendered;
      const placeOf =
        app.kind === 'manifests'
          ? (index: number) => placeAmong(sources.manifests(app), objects, index)
          : undefined;
      return [{ path, source, at, objects, placeOf }];
    } catch (error) {
      if (loaded && !(error instanceof UserError))
        problems.push(appThrew(loaded, `cannot be built for stage "${name}"`, error));
      else if (!(error instanceof UserError)) throw error;
      else
        problems.push(
          ...error.problems.map((problem) => ({
            ...problem,
            // What a class hands to a component stands in the class, not in environments/.
            at:
              loaded && problem.code === 'invalid-props'
                ? placeIn(loaded, error)
                : (problem.at ?? app.locate([])),
          })),
        );
      return [];
    }
  });
  return {
    notes,
    stage: {
      ...stageFacts(environment),
      at,
      existing: [...foreign],
      acknowledged: values.allowDestructive.map((change, i) => ({
        change,
        at: environment.locate(['allowDestructive', i]),
      })),
      files: [base, ...apps],
    },
  };
}

/** A file that is known: its objects stay unread until somebody asks for them. */
class KnownFile implements RenderedFile {
  constructor(
    readonly path: string,
    readonly source: string,
    readonly at: Location,
    readonly proven: Unit,
  ) {}

  get objects(): readonly KubeObject[] {
    return this.proven.objects;
  }
}

import { Construct } from 'constructs';
import type { z } from 'zod';
import { clusterSchema } from '../model/cluster';
import { resolveEnvironment, stageSchema, type Environment, type StageValues } from '../model/environment';
import { UserError, type Problem } from '../model/errors';
import type { KubeObject } from '../model/kube';
import { suggest } from '../model/nearest';
import { dnsLabel } from '../model/values/scalars';
import type { yamlApp } from '../model/values/workloads';
import type { BaseApp } from './base-app';
import { buildApp, objectsIn, type AppSource } from './render';
import { StageBase } from './stage-base';
import { parseOrThrow } from './values';
import type { AppConstructor } from './yaml-apps';

/** An app of a class of your own, in a stage built in code: see {@link classApp}. */
export interface ClassApp {
  readonly construct: AppConstructor;
  readonly values: unknown;
}

/**
 * Names the class of an app and gives it its values, typed by the schema of the class.
 *
 * @example
 * import { classApp, type AppConstructor } from 'stageline';
 *
 * export const shopIn = (Shop: AppConstructor) => classApp(Shop, { image: 'ghcr.io/example/shop:1.0.0' });
 */
export const classApp = <C extends AppConstructor>(construct: C, values: z.input<C['values']>): ClassApp => ({
  construct,
  values,
});

/** What the file of a stage says, in code: `cluster` stands beside it, and an app may be a class. */
export type StageInput = Omit<z.input<ReturnType<typeof stageSchema>>, 'apps' | 'cluster'> & {
  readonly apps?: Readonly<Record<string, z.input<typeof yamlApp> | ClassApp>>;
};

/** A stage that is resolved already, as config reads it from `environments/`. */
export interface ResolvedStageProps {
  readonly environment: Environment;
  /** Classes and manifests of its apps, by name. @default none: every app is YAML alone */
  readonly sources?: Readonly<Record<string, AppSource>>;
}

/** A stage in code: the id is its name. */
export interface StageInCodeProps {
  /** What this is a stage of: its namespace is `<project>-<stage>`. */
  readonly project: string;
  readonly cluster: z.input<typeof clusterSchema> & { readonly name: string };
  readonly values?: StageInput;
  /** Objects of the apps of `kind: manifests`, by name. @default none */
  readonly sources?: Readonly<Record<string, AppSource>>;
}

export type StageProps = ResolvedStageProps | StageInCodeProps;

/**
 * A stage: its namespaces with their Pod Security level, quota, limits and default deny, and all its apps, each a
 * chart of its own. Whoever prefers TypeScript to YAML says here what `environments/<stage>.yaml` would say, and gets
 * the same objects.
 *
 * @example
 * import { App } from 'cdk8s';
 * import { Stage } from 'stageline';
 *
 * const app = new App();
 * new Stage(app, 'dev', {
 *   project: 'shop',
 *   cluster: { name: 'local', kubernetes: '1.33' },
 *   values: {
 *     apps: {
 *       web: {
 *         kind: 'service',
 *         image: 'ghcr.io/example/web:1.4.2',
 *         ports: { http: { containerPort: 8080, servicePort: 80 } },
 *         resources: {
 *           requests: { cpu: '50m', memory: '32Mi' },
 *           limits: { memory: '64Mi' },
 *         },
 *       },
 *     },
 *   },
 * });
 * app.synth();
 */
export class Stage extends Construct {
  readonly environment: Environment;
  /** Namespaces, quotas, limits, default deny. */
  readonly base: StageBase;
  /** The apps by their name. */
  readonly apps: ReadonlyMap<string, BaseApp>;

  /** @throws UserError naming every value that is wrong. */
  constructor(scope: Construct, id: string, props: StageProps) {
    super(scope, id);
    const { environment, sources } = 'environment' in props ? { sources: {}, ...props } : inCode(id, props);
    this.environment = environment;
    this.base = new StageBase(this, 'stage', environment);
    this.apps = new Map(
      environment.apps.map((app) => [
        app.name,
        buildApp(this, `app-${app.name}`, environment, app, sources[app.name]),
      ]),
    );
  }

  /** Its objects as plain data, by file: `stage` for its own, then each app by its name. */
  objects(): Readonly<Record<string, readonly KubeObject[]>> {
    return Object.fromEntries([
      ['stage', objectsIn(this.base)],
      ...[...this.apps].map(([name, app]): [string, KubeObject[]] => [name, objectsIn(app)]),
    ]);
  }
}

function inCode(name: string, props: StageInCodeProps): Required<ResolvedStageProps> {
  const { apps = {}, ...rest } = props.values ?? {};
  const classes = Object.entries(apps).flatMap(([app, value]): [string, ClassApp][] =>
    'construct' in value ? [[app, value]] : [],
  );
  const { name: clusterName, ...clusterInput } = props.cluster;
  const cluster = parseOrThrow(clusterSchema, clusterInput, `cluster ${clusterName}`);
  const input = {
    ...rest,
    cluster: clusterName,
    apps: { ...apps, ...Object.fromEntries(classes.map(([app, value]) => [app, value.values])) },
  };
  const schema = stageSchema(
    classes.map(([app, { construct }]) => ({ name: app, values: construct.values })),
  );
  const values = parseOrThrow(schema, input, `stage ${name}`) as StageValues;
  const problems = problemsOf(name, props, values);
  if (problems.length > 0) throw new UserError(problems);
  return {
    environment: resolveEnvironment({
      name,
      project: props.project,
      cluster: { ...cluster, name: clusterName },
      values,
    }),
    sources: {
      ...props.sources,
      ...Object.fromEntries(classes.map(([app, { construct }]) => [app, { construct }])),
    },
  };
}

/** What the rules of `environments/` would find, and no schema can. */
function problemsOf(stage: string, { project, sources = {} }: StageInCodeProps, { apps }: StageValues) {
  const refuse = (cause: string, remedy?: string): Problem => ({
    code: 'invalid-props',
    cause: `stage ${stage}: ${cause}`,
    remedy,
  });
  const problems = Object.entries({ stage, project }).flatMap(([what, name]): Problem[] =>
    dnsLabel.safeParse(name).success ? [] : [refuse(`the name of the ${what}, "${name}", is no DNS label`)],
  );
  for (const [app, { kind, network }] of Object.entries(apps)) {
    for (const to of network.to.filter((peer) => !Object.hasOwn(apps, peer))) {
      const cause = `apps.${app}.network.to names "${to}", and there is no such app`;
      problems.push(refuse(cause, suggest(to, Object.keys(apps))));
    }
    if (kind === 'manifests' && sources[app]?.manifests === undefined) {
      problems.push(
        refuse(
          `apps.${app} is of kind "manifests" and has no objects`,
          `Hand them in as sources.${app}.manifests.`,
        ),
      );
    }
  }
  return problems;
}

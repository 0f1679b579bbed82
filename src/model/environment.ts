import { z } from 'zod';
import { clusterSchema, type Cluster } from './cluster';
import { deliverySchema } from './delivery/repository';
import type { Location, Problem } from './errors';
import { gitHost } from './git-host';
import { getOrSet } from './maps';
import { promotionShape } from './promotion';
import { secretProvider } from './secret-provider';
import { imageRules, policies } from './supply-chain';
import { gitRevision, ownSyncShape, syncShape } from './sync';
import type { AppValues } from './values/app-shape';
import { dnsLabel, qualifiedName, quantity, quotaName, text } from './values/scalars';
import { yamlApp } from './values/workloads';

/** An app that is a class in src/apps/: its name and the schema of its values. */
export interface AppClass {
  readonly name: string;
  /** Path from the root, for messages; absent for one that code hands over. */
  readonly file?: string;
  readonly values: z.ZodType;
}

const amounts = z.record(z.enum(['cpu', 'memory', 'ephemeral-storage']), quantity.optional());

/** What a stage and base.yaml may both say; the stage's word counts. */
const sharedShape = {
  cluster: dnsLabel.describe('Which of `clusters` in base.yaml it runs on.'),
  podSecurity: z
    .enum(['restricted', 'baseline', 'privileged'])
    .default('restricted')
    .describe('The Pod Security level that its namespaces enforce.'),
  resourceQuota: z
    .record(quotaName, z.union([quantity, z.int().min(0)]))
    .optional()
    .describe('Hard limits of each of its namespaces, such as requests.cpu, limits.memory, pods.'),
  limitRange: z
    .strictObject({ default: amounts, defaultRequest: amounts, max: amounts, min: amounts })
    .partial()
    .optional()
    .describe('What a container gets that says nothing, and the most and least it may ask for.'),
  namespaceLabels: z.record(qualifiedName, text).default({}).describe('Labels on its namespaces.'),
  existing: z
    .array(
      z.string().regex(/^[A-Z][A-Za-z0-9]*\/[a-z0-9][-a-z0-9.]*$/, 'must look like Secret/registry-pull'),
    )
    .default([])
    .describe(
      'Objects in its namespaces that somebody else creates, as Kind/name: references to them resolve.',
    ),
  secrets: secretProvider.optional(),
  images: imageRules.optional(),
  policies: policies.optional(),
  ...syncShape,
};

/** What only a stage's own file may say. */
export const ownShape = {
  promotesFrom: dnsLabel.optional().describe('The stage before it in the line; absent: a first stage.'),
  namespace: dnsLabel.optional().describe('Default: <project>-<stage>.'),
  allowDestructive: z
    .array(text)
    .default([])
    .describe('Destructive changes that have been thought about, each as synth prints it when it refuses.'),
  base: z
    .string()
    .regex(/^[0-9a-f]{40}$/, 'must be a full 40-digit commit')
    .optional()
    .describe('The revision of src/, base.yaml and the rendering dependencies that this stage renders from.'),
  ...ownSyncShape,
  ...promotionShape,
};

const appsSchema = (classes: readonly AppClass[]): z.ZodType =>
  z
    .object(Object.fromEntries(classes.map((app) => [app.name, app.values.optional()])))
    .catchall(yamlApp)
    .describe('The apps, by name.');

/** The schema of a stage without its apps. */
export const ownStageSchema = z.strictObject({ ...sharedShape, ...ownShape });

/** The schema of a stage: its file merged over what base.yaml shares. */
export const stageSchema = (classes: readonly AppClass[]) =>
  ownStageSchema.extend({ apps: appsSchema(classes).prefault({}) });
export type StageValues = Omit<z.output<ReturnType<typeof stageSchema>>, 'apps'> & {
  readonly apps: Readonly<Record<string, AppValues & { readonly kind?: string }>>;
};

/** What base.yaml says of the repository as a whole. */
export const repositorySchema = z.strictObject({
  project: dnsLabel.describe('What these stages are stages of: namespaces are called <project>-<stage>.'),
  repository: z.strictObject({
    url: z
      .string()
      .min(1)
      .describe('Where Argo CD reads this repository, by https, ssh or file; without credentials.'),
    revision: gitRevision.default('HEAD').describe('Branch, tag or commit that the stages follow.'),
    host: gitHost
      .optional()
      .describe(
        'What the Git host is, where its name does not say it: approvals are told to it in its own way.',
      ),
  }),
  clusters: z.record(dnsLabel, clusterSchema).describe('The clusters, by name.'),
  delivery: deliverySchema,
  allowDestructive: z
    .array(text)
    .default([])
    .describe('Stages whose removal has been thought about, each as "remove stage <name>".'),
});
export type RepositoryValues = z.output<typeof repositorySchema>;

/** The schema that an editor gets for base.yaml. */
export const baseFileSchema = (classes: readonly AppClass[]) =>
  z.strictObject({
    ...repositorySchema.shape,
    ...z.object(sharedShape).partial().shape,
    apps: appsSchema(classes),
  });

/** An app in one stage, resolved. */
export interface App {
  readonly name: string;
  /** What its objects and selectors are called: `renamedFrom`, or else the name. */
  readonly objectName: string;
  /** One of the kinds of YAML apps, or `class` for one in src/apps/. */
  readonly kind: string;
  readonly namespace: string;
  /** As its schema leaves them, defaults filled in. */
  readonly values: AppValues;
  /** Apps that it calls, and apps that call it. */
  readonly calls: readonly Peer[];
  readonly calledBy: readonly Peer[];
  /** Where its entry, or a path within it, stands in the input. */
  readonly locate: (path: readonly PropertyKey[]) => Location;
  /** The key of all that its values follow from: equal keys, equal values. Absent where nothing is kept of earlier runs. */
  readonly key?: string;
}

/** How network policies find another app's pods. */
export interface Peer {
  readonly name: string;
  readonly objectName: string;
  readonly namespace: string;
  /** As {@link App.kind}: the pods of plain manifests have a label of their own. */
  readonly kind: string;
}

/** A stage, resolved: what the file under environments/ means. */
export interface Environment {
  readonly name: string;
  readonly project: string;
  readonly cluster: Cluster;
  readonly namespace: string;
  /** Every namespace that the stage owns, its own first. */
  readonly namespaces: readonly string[];
  readonly apps: readonly App[];
  readonly values: StageValues;
  readonly locate: (path: readonly PropertyKey[]) => Location;
  /** As {@link App.key}, for all of it. */
  readonly key?: string;
}

/** All that the program sees. Stages stand in the order of the line, then by name. */
export interface Repository {
  readonly values: RepositoryValues;
  readonly environments: readonly Environment[];
  /** What is worth mending and stops nothing. */
  readonly warnings: readonly Problem[];
  /** Where a path within base.yaml stands in the input. */
  readonly locate?: (path: readonly PropertyKey[]) => Location;
}

export interface EnvironmentInput {
  readonly name: string;
  readonly project: string;
  readonly cluster: Cluster;
  readonly values: StageValues;
  readonly locate?: (path: readonly PropertyKey[]) => Location;
  /** The apps, where their values are not at hand yet. @default those of `values` */
  readonly apps?: ReadonlyMap<string, UnresolvedApp>;
  readonly key?: string;
}

/** What has to be known of an app to tell who calls whom, and its values, which nobody may have looked at yet. */
export interface UnresolvedApp {
  readonly kind: string;
  readonly namespace?: string | undefined;
  readonly renamedFrom?: string | undefined;
  readonly to: readonly string[];
  /** All of its values, its kind among them. */
  readonly values: () => StageValues['apps'][string];
  readonly key?: string;
}

function unresolved(values: StageValues['apps'][string]): UnresolvedApp {
  const { kind = 'class', namespace, renamedFrom, network } = values;
  return { kind, namespace, renamedFrom, to: network.to, values: () => values };
}

const checked = new WeakSet<object>();

/** Whether these are the values of an app just as its schema has left them. */
export const areChecked = (values: object): boolean => checked.has(values);

/** Says so of values that come from such ones, in another thread. */
export function markChecked(values: object): void {
  checked.add(values);
}

/** Fills in what follows from the rest: names, namespaces, who calls whom. */
export function resolveEnvironment(input: EnvironmentInput): Environment {
  const { name, project, cluster, values } = input;
  const locate = input.locate ?? ((path) => ({ file: [name, ...path].join('.') }));
  const namespace = values.namespace ?? `${project}-${name}`;
  const given =
    input.apps ?? new Map(Object.entries(values.apps).map(([app, each]) => [app, unresolved(each)]));
  const names = [...given.keys()].sort();
  const peerOf = (app: string): Peer => {
    const { renamedFrom, namespace: own, kind } = given.get(app)!;
    return { name: app, objectName: renamedFrom ?? app, namespace: own ?? namespace, kind };
  };
  const callers = new Map<string, Peer[]>();
  for (const app of names)
    for (const to of given.get(app)!.to) if (given.has(to)) getOrSet(callers, to, () => []).push(peerOf(app));
  const apps = names.map((app): App => {
    const { to, key, values: valuesOf } = given.get(app)!;
    let own: AppValues | undefined;
    return {
      ...peerOf(app),
      get values() {
        return (own ??= withoutKind(valuesOf()));
      },
      key,
      calls: to.length === 0 ? NONE : to.filter((each) => given.has(each)).map(peerOf),
      calledBy: callers.get(app) ?? NONE,
      locate: (path) => locate(['apps', app, ...path]),
    };
  });
  const namespaces = [...new Set([namespace, ...apps.map((app) => app.namespace)])];
  return { name, project, cluster, namespace, namespaces, apps, values, locate, key: input.key };
}

const NONE: readonly Peer[] = [];

function withoutKind({ kind: _, ...values }: StageValues['apps'][string]): AppValues {
  markChecked(values);
  return values as AppValues;
}

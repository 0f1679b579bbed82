import { resolveEnvironment, stageSchema, type App, type Environment } from '../../src/model/environment';
import { clusterSchema, type Cluster } from '../../src/model/cluster';
import type { KubeObject } from '../../src/model/kube';
import type { z } from 'zod';

/** A stage as a test writes it down: its apps, and what differs from the usual. */
export interface StageSketch {
  readonly name?: string;
  readonly project?: string;
  readonly cluster?: z.input<typeof clusterSchema>;
  readonly apps?: Readonly<Record<string, unknown>>;
  readonly values?: Readonly<Record<string, unknown>>;
  /** Apps that are classes: their schemas by name. */
  readonly classes?: Readonly<Record<string, z.ZodType>>;
}

const plainCluster: z.input<typeof clusterSchema> = {
  kubernetes: '1.33',
  gateway: { name: 'public', namespace: 'gateways' },
  ingress: { className: 'nginx', namespace: 'ingress-nginx' },
  monitoring: { namespace: 'monitoring' },
};

/** The stage `dev` of the project `shop`, unless the sketch says otherwise. */
export function stageOf(sketch: StageSketch = {}): Environment {
  const { apps = {}, classes = {}, cluster = plainCluster, name = 'dev', project = 'shop' } = sketch;
  const schema = stageSchema(Object.entries(classes).map(([app, values]) => ({ name: app, values })));
  const parsed = clusterSchema.parse(cluster);
  return resolveEnvironment({
    name,
    project,
    cluster: { ...parsed, name: 'local' } satisfies Cluster,
    values: schema.parse({ cluster: 'local', ...sketch.values, apps }) as Environment['values'],
  });
}

export function appOf(environment: Environment, name: string): App {
  const found = environment.apps.find((app) => app.name === name);
  if (!found) throw new Error(`no app ${name}`);
  return found;
}

/** The one object of a kind (and name), as loosely as a test reads it. */
export function only(objects: readonly KubeObject[], kind: string, name?: string): Loose {
  const found = objects.filter((o) => o.kind === kind && (name === undefined || o.metadata.name === name));
  if (found.length !== 1) {
    throw new Error(
      `${found.length} of ${kind} ${name ?? ''} among ${objects.map((o) => `${o.kind} ${o.metadata.name}`).join(', ')}`,
    );
  }
  return found[0] as unknown as Loose;
}

/** Rendered YAML has no types; a test reads it by its path and says what it expects there. */
export interface Loose {
  readonly [key: string]: Loose;
  readonly [index: number]: Loose;
}

/** What a test reads at a path such as `spec.template.spec.containers.0.image`. */
export function at(object: unknown, path: string): unknown {
  return path
    .split('.')
    .reduce<unknown>((value, key) => (value as Record<string, unknown> | undefined)?.[key], object);
}

/** The values of a web app that says no more than it has to. */
export const web = {
  kind: 'service',
  image: 'ghcr.io/example/web:1.0.0',
  ports: { http: { containerPort: 8080, servicePort: 80 } },
  resources: { requests: { cpu: '10m', memory: '16Mi' }, limits: { memory: '32Mi' } },
};

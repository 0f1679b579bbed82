import { Chart } from 'cdk8s';
import { k8s } from 'cdk8s-plus-28';
import type { Construct } from 'constructs';
import { UserError } from '../model/errors';
import type { App, Environment } from '../model/environment';
import type { AppValues } from '../model/values/app-shape';
import { addApiAccess } from './api-access';
import { finishOnSynth } from './finish';
import type { HardeningNote } from './hardening';
import { addKube } from './kube-resource';
import { NAME_LABEL, objectLabels, selectorLabels } from './labels';
import { appNetworkPolicy, type Endpoint } from './network-policy';
import { AppSecret, type SecretOptions } from './secret';

/** Every app: `instanceof` does not tell them, cdk8s answers it with yes for each Chart. */
const apps = new WeakSet<Chart>();

/** What an app is built from. */
export interface AppProps<V extends AppValues = AppValues> {
  /** The stage that it is built for. */
  readonly environment: Environment;
  /** The app, resolved: what it is called, where it runs, whom it talks to. */
  readonly app: App;
  /** Its values, as its schema leaves them. */
  readonly values: V;
}

/**
 * An app: everything that one entry under `apps` deploys. Put components into it ({@link HttpService},
 * {@link Worker}, {@link StatefulApp}, {@link ScheduledJob}, {@link OneOffJob}), and any construct of cdk8s.
 * With its first component come a ServiceAccount that mounts no token, and a NetworkPolicy that lets through what
 * `network` names and nothing else. Labels, namespace, sync waves and patches are put on when it is rendered.
 *
 * @example
 * import { appValues, BaseApp, Construct, HttpService, values, z, type AppProps } from 'stageline';
 *
 * export class Shop extends BaseApp<z.output<typeof Shop.values>> {
 *   static readonly values = appValues({ image: values.imageReference });
 *
 *   constructor(scope: Construct, id: string, props: AppProps<Shop['values']>) {
 *     super(scope, id, props);
 *     new HttpService(this, 'web', {
 *       image: this.values.image,
 *       ports: { http: { containerPort: 8080, servicePort: 80 } },
 *       resources: { requests: { cpu: '50m', memory: '64Mi' }, limits: { memory: '128Mi' } },
 *     });
 *   }
 * }
 */
export abstract class BaseApp<V extends AppValues = AppValues> extends Chart {
  readonly environment: Environment;
  readonly app: App;
  readonly values: V;
  private readonly endpoints: Endpoint[] = [];
  private hasAccount = false;
  private readonly notes: HardeningNote[] = [];
  private readonly secrets = new Map<string, AppSecret>();

  constructor(scope: Construct, id: string, props: AppProps<V>) {
    const { app, environment, values } = props;
    super(scope, id, {
      namespace: app.namespace,
      labels: { ...values.labels, ...objectLabels(environment, app.objectName, app.objectName) },
      disableResourceNameHashes: true,
    });
    this.environment = environment;
    this.app = app;
    this.values = values;
    apps.add(this);
    finishOnSynth(this);
  }

  /** The app that a construct is part of. @throws Error when it is in none. */
  static override of(construct: Construct): BaseApp {
    const chart = Chart.of(construct);
    if (apps.has(chart)) return chart as BaseApp;
    throw new Error(`${construct.node.path} must be created inside an app (a class that extends BaseApp)`);
  }

  /** What the objects are called that it has as a whole: its ServiceAccount, Role and NetworkPolicy. */
  protected get commonName(): string {
    return this.app.objectName;
  }

  /** Name of the ServiceAccount that the pods of this app run as. */
  get serviceAccountName(): string {
    return this.commonName;
  }

  /** Where this app switches hardening off, and why. */
  get hardeningNotes(): readonly HardeningNote[] {
    return this.notes;
  }

  /**
   * A secret that this app needs, with these keys: where it comes from is up to the stage (`secrets:` in its file), and
   * for this app `secrets.<name>` among its values.
   * @throws UserError when the stage does not say where from, or has not sealed one of the keys
   */
  secret(name: string, keys: readonly string[], options: SecretOptions = {}): AppSecret {
    const known = this.secrets.get(name) ?? new AppSecret(this, name, options);
    this.secrets.set(name, known);
    return known.need(keys, options);
  }

  /** Objects that it needs and somebody else creates, as `Kind/name`. */
  get foreignObjects(): readonly string[] {
    const foreign = [...this.secrets.values()].filter((secret) => secret.isForeign);
    return foreign.map((secret) => `Secret/${secret.objectName}`).sort();
  }

  /** What a component of this app is called: the app's own name for `main`, else `<app>-<id>`. */
  objectName(id: string): string {
    return id === 'main' ? this.app.objectName : `${this.app.objectName}-${id}`;
  }

  /** Labels that select the pods of one component. */
  selectorOf(name: string): Record<string, string> {
    return selectorLabels(name, this.app.objectName);
  }

  /** The label that says which component an object belongs to; the app's other labels come by themselves. */
  labelsOf(name: string): Record<string, string> {
    return { [NAME_LABEL]: name };
  }

  /** @internal A component announces its pods: what they listen on, and which hardening they go without. */
  register(endpoint: Endpoint, notes: readonly HardeningNote[]): void {
    if (!this.hasAccount) {
      this.hasAccount = true;
      addKube(k8s.KubeServiceAccount, this, 'app-service-account', {
        metadata: { name: this.serviceAccountName },
        automountServiceAccountToken: false,
      });
      if (this.usesApi) this.addApi();
    }
    this.addNetworkPolicy(endpoint);
    this.notes.push(...notes);
  }

  /** Whether its pods get a token: only where it asks for access to the API server. */
  get usesApi(): boolean {
    return (this.values.api ?? []).length > 0;
  }

  private addApi(): void {
    const { cluster, name } = this.environment;
    const closed = cluster.provides.includes('network-policy') && !cluster.apiServer;
    if (closed && this.values.network.toCidrs.length === 0) {
      throw new UserError({
        code: 'api-server-unreachable',
        cause: `${this.app.name} asks for access to the API server, and no policy lets it through in "${name}"`,
        consequence: 'Each of its calls would time out.',
        remedy: `Say where it is: clusters.${cluster.name}.apiServer: { cidrs: […], port: 443 } in environments/base.yaml.`,
        at: this.app.locate(['api']),
      });
    }
    addApiAccess(this, this.serviceAccountName, this.values.api);
  }

  /** @internal The policy of the app, once; and what one more component listens on. */
  protected addNetworkPolicy(endpoint: Endpoint): void {
    if (this.endpoints.length === 0) {
      addKube(k8s.KubeNetworkPolicy, this, 'app-network-policy', {
        metadata: { name: this.commonName },
        spec: appNetworkPolicy(this.environment, this.app, () => this.endpoints),
      });
    }
    this.endpoints.push(endpoint);
  }
}

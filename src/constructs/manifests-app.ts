import { ApiObject } from 'cdk8s';
import type { Construct } from 'constructs';
import { UserError } from '../model/errors';
import type { KubeMetadata, KubeObject } from '../model/kube';
import { suggest } from '../model/nearest';
import type { AppValues } from '../model/values/app-shape';
import type { ManifestsValues } from '../model/values/workloads';
import { BaseApp, type AppProps } from './base-app';
import type { ScopeOf } from './kinds';
import { MANIFESTS_LABEL, NAME_LABEL, objectLabels } from './labels';
import {
  containersOf,
  field,
  flattened,
  isMap,
  podTemplateOf,
  renameNamespaces,
  scopesOf,
} from './manifest-objects';
import { openServices, proxiesOf } from './manifests-entrances';
import { appProblem } from './values';

export interface ManifestsProps extends AppProps<AppValues & Pick<ManifestsValues, 'images'>> {
  /** The objects, as the folder of the app holds them. */
  readonly objects: readonly KubeObject[];
  /**
   * Which kinds live in a namespace.
   * @default as the CRDs among the objects say, and as is known of Kubernetes' own kinds
   */
  readonly scopeOf?: ScopeOf;
}

/**
 * What others publish as plain manifests, CRDs among them: put into the namespace of the app, labelled, and with other
 * images where `images` says so. Selectors stay as they are, and so does everything else. In YAML: `kind: manifests`.
 *
 * @example
 * import { ManifestsApp, type ManifestsProps } from 'stageline';
 * import { App } from 'cdk8s';
 *
 * export function metricsServer(props: ManifestsProps): ManifestsApp {
 *   return new ManifestsApp(new App(), 'metrics-server', props);
 * }
 */
export class ManifestsApp extends BaseApp<ManifestsProps['values']> {
  /** @throws UserError when `images` names an image that none of the objects runs, and for values without effect. */
  constructor(scope: Construct, id: string, props: ManifestsProps) {
    super(scope, id, props);
    this.refuseIdle();
    const objects = structuredClone(flattened(props.objects));
    const scopes = scopesOf(objects, props.scopeOf);
    this.refuseSeveralNamespaces(objects, scopes);
    this.replaceImages(objects);
    for (const [index, object] of objects.entries()) {
      renameNamespaces(object, objects, this.app.namespace);
      this.labelPods(object);
      new PlainObject(this, `object-${index}`, this.placed(object, scopes));
    }
    if (objects.some((object) => podTemplateOf(object))) {
      this.addNetworkPolicy({ ports: [], peers: true, ...proxiesOf(objects) });
      openServices(this, this.commonName, objects);
    }
  }

  /** A name that the folder gives to none of its objects. */
  protected override get commonName(): string {
    return `stageline-${this.app.objectName}`;
  }

  /** Of the pods of its hooks: found by its network policy, and by no selector of the folder. */
  override selectorOf(name: string): Record<string, string> {
    return { [NAME_LABEL]: name, [MANIFESTS_LABEL]: this.app.objectName };
  }

  /** Access to the API server and secrets are for pods that are made here; those of the folder stay as they are. */
  private refuseIdle(): void {
    const { api, hooks, secrets } = this.values;
    const idle = [
      ...(api.length > 0 && Object.keys(hooks).length === 0 ? [['api', 'Role and RoleBinding']] : []),
      ...(Object.keys(secrets).length > 0 ? [['secrets', 'ExternalSecret or SealedSecret']] : []),
    ] as const;
    if (idle.length === 0) return;
    throw new UserError(
      idle.map(([key, kinds]) => ({
        code: 'not-of-manifests',
        cause: `${this.app.name}.${key} says nothing of the pods of manifests, which stay as their folder has them`,
        consequence: 'It would have no effect.',
        remedy: `Put the ${kinds} into the folder, or list what somebody else creates under existing of the stage.`,
        at: this.app.locate([key!]),
      })),
    );
  }

  /** What stands beside another namespace on purpose, such as a Role in kube-system, would do nothing in this one. */
  private refuseSeveralNamespaces(objects: readonly KubeObject[], scopes: ScopeOf): void {
    const named = objects
      .filter(({ apiVersion, kind }) => scopes(apiVersion, kind) !== 'Cluster')
      .flatMap(({ metadata }) => metadata.namespace ?? []);
    const namespaces = [...new Set(named)].sort();
    if (namespaces.length < 2) return;
    throw appProblem(this, ['path'], {
      code: 'several-namespaces',
      cause: `the manifests of "${this.app.name}" are of the namespaces ${namespaces.map((name) => `"${name}"`).join(', ')}, and all would come into "${this.app.namespace}"`,
      consequence: 'What has to be in a namespace of its own would have no effect.',
      remedy:
        'Make an app of each, with "namespace:" where it keeps its name; or write one namespace into all of them, where they may share it. What is of kube-system is for whoever runs the cluster.',
    });
  }

  /** The object with its namespace and the labels of the app; the labels it has are part of what others select. */
  private placed(object: KubeObject, scopes: ScopeOf): KubeObject {
    const { apiVersion, kind, metadata, ...body } = object;
    const { namespace: _namespace, labels, ...rest } = metadata;
    const {
      'app.kubernetes.io/environment': environment,
      'app.kubernetes.io/managed-by': manager,
      ...common
    } = objectLabels(this.environment, this.app.objectName, this.app.objectName);
    const placed: KubeMetadata = {
      ...rest,
      labels: {
        ...this.values.labels,
        ...common,
        ...labels,
        'app.kubernetes.io/environment': environment,
        'app.kubernetes.io/managed-by': manager,
      },
      ...(scopes(apiVersion, kind) === 'Cluster' ? {} : { namespace: this.app.namespace }),
    };
    return { apiVersion, kind, metadata: placed, ...body };
  }

  /** Network policies find these pods by a label that no selector of theirs uses. */
  private labelPods(object: KubeObject): void {
    const template = podTemplateOf(object);
    if (!template) return;
    const metadata = isMap(template.metadata) ? template.metadata : {};
    const labels = field(metadata, 'labels');
    const added = { ...(isMap(labels) ? labels : {}), [MANIFESTS_LABEL]: this.app.objectName };
    template.metadata = { ...metadata, labels: added };
  }

  private replaceImages(objects: readonly KubeObject[]): void {
    const containers = objects.flatMap(containersOf);
    const names = new Set(
      containers.flatMap(({ image }) => (typeof image === 'string' ? [nameOf(image)] : [])),
    );
    const unused = Object.keys(this.values.images).filter((image) => !names.has(image));
    if (unused.length > 0) {
      throw new UserError(
        unused.map((image) => ({
          code: 'unknown-image',
          cause: `none of the manifests runs the image "${image}"`,
          remedy: suggest(image, names),
          at: this.app.locate(['images', image]),
        })),
      );
    }
    for (const container of containers) {
      if (typeof container.image !== 'string') continue;
      const name = nameOf(container.image);
      if (Object.hasOwn(this.values.images, name)) container.image = this.values.images[name];
    }
  }
}

/** An image without its tag and digest. */
const nameOf = (image: string): string => image.replace(/@.*$/, '').replace(/:[^/:]*$/, '');

/** An object that is rendered as it stands. */
class PlainObject extends ApiObject {
  constructor(
    scope: Construct,
    id: string,
    private readonly object: KubeObject,
  ) {
    super(scope, id, {
      apiVersion: object.apiVersion,
      kind: object.kind,
      metadata: { name: object.metadata.name },
    });
  }

  override toJson(): KubeObject {
    return this.object;
  }
}

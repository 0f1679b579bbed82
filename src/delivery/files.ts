import type { Cluster } from '../model/cluster';
import type { Environment, Repository } from '../model/environment';
import { groupOf, type KubeObject } from '../model/kube';
import type { Kinds, RenderedFile, RenderedStage } from '../model/rendered';
import { appProject, emptiedDefaultProject } from './app-project';
import { applications } from './application';
import { argocdCm } from './argocd-cm';
import { cmdParamsCm } from './cmd-params';
import { hubs } from './hubs';
import { monitoringObjects } from './monitoring';
import { DELIVERY } from './names';
import { notificationsCm } from './notifications';
import { rbacCm } from './rbac';
import { rootObjects } from './root';
import { sizing, type Sizing } from './sizing';

/** What each stage renders. */
export type KindsByStage = ReadonlyMap<string, Kinds>;

/** All that one Argo CD is given, as data. */
export interface Delivery {
  /** The cluster that this Argo CD runs in. */
  readonly hub: string;
  /** Settings of Argo CD itself: argocd-cm and its like. Whoever installs Argo CD creates them. */
  readonly settings: readonly KubeObject[];
  /** Projects that belong to no stage, and the root Application where there is one. Whoever bootstraps creates them. */
  readonly foundation: readonly KubeObject[];
  /** What scrapes and watches this Argo CD, for those who ask for it. Whoever bootstraps creates them. */
  readonly monitoring: readonly KubeObject[];
  /** The AppProject and the Applications of each stage: created by Pulumi, or by the root Application. */
  readonly stages: readonly { readonly environment: Environment; readonly objects: readonly KubeObject[] }[];
  /** What it carries, and how many of its processes that takes. */
  readonly size: Sizing;
  /** The folder below dist/ that holds the same objects. */
  readonly folder: string;
}

const isFleet = ({ values }: Environment): boolean => values.fleet !== undefined;

/** What each Argo CD of the repository is given. Files and the Pulumi stack both come from here. */
export function deliveries(repository: Repository, kinds: KindsByStage): readonly Delivery[] {
  const all = hubs(repository);
  return all.map(({ hub, stages }) => {
    const folder = all.length === 1 ? DELIVERY : `${DELIVERY}/${hub}`;
    const root =
      repository.values.delivery.owner === 'root'
        ? rootObjects(repository, folder, stages.some(isFleet))
        : [];
    const size = sizing(repository, stages, (stage) => kinds.get(stage)?.objects ?? 0);
    return {
      hub,
      folder,
      size,
      settings: [
        argocdCm(repository),
        cmdParamsCm(repository, stages, size),
        notificationsCm(repository, stages),
        rbacCm(repository, stages),
      ],
      foundation: [emptiedDefaultProject(repository), ...root],
      monitoring: monitoringObjects(repository, stages),
      stages: stages.map((environment) => ({
        environment,
        objects: [
          appProject(repository, environment, kinds.get(environment.name)?.clusterScoped ?? []),
          ...applications(repository, environment),
        ],
      })),
    };
  });
}

const BASE = 'environments/base.yaml';

/** The files of dist/argocd/, or of dist/argocd/<cluster>/ where more than one cluster runs an Argo CD. */
export function deliveryFiles(repository: Repository, kinds: KindsByStage): RenderedFile[] {
  return filesByHub(repository, kinds).flatMap(({ files }) => files);
}

/** The same, with the cluster that they are applied to. */
export function filesByHub(
  repository: Repository,
  kinds: KindsByStage,
): { readonly cluster: Cluster; readonly files: readonly RenderedFile[] }[] {
  return deliveries(repository, kinds).map((delivery) => ({
    cluster: { ...repository.values.clusters[delivery.hub]!, name: delivery.hub },
    files: filesOf(delivery),
  }));
}

function filesOf({ folder, settings, foundation, monitoring, stages }: Delivery): RenderedFile[] {
  const file = (name: string, objects: readonly KubeObject[], source = BASE): RenderedFile => ({
    path: `${folder}/${name}.yaml`,
    source,
    at: { file: BASE },
    objects,
  });
  return [
    file(
      'projects',
      foundation.filter((object) => object.kind === 'AppProject'),
    ),
    ...(monitoring.length > 0 ? [file('monitoring', monitoring)] : []),
    ...rootFile(file, foundation),
    file('settings', settings, `${BASE}, delivery`),
    ...stages.map(({ environment, objects }) => {
      const at = environment.locate([]);
      return { ...file(`stage-${environment.name}`, objects, at.file), at };
    }),
  ].sort((a, b) => (a.path < b.path ? -1 : 1));
}

function rootFile(
  file: (name: string, objects: readonly KubeObject[]) => RenderedFile,
  foundation: readonly KubeObject[],
): RenderedFile[] {
  const objects = foundation.filter((object) => object.kind === 'Application');
  return objects.length > 0 ? [file('root', objects)] : [];
}

/** What each rendered stage has; every object in a namespace names it. */
export function clusterKinds(stages: readonly RenderedStage[]): KindsByStage {
  return new Map(
    stages.map(({ name, files }) => {
      const each = files.map((file) => file.proven?.kinds ?? kindsOf(file.objects));
      return [
        name,
        {
          clusterScoped: each.flatMap(({ clusterScoped }) => clusterScoped),
          objects: each.reduce((sum, { objects }) => sum + objects, 0),
        },
      ];
    }),
  );
}

/** What these objects are. */
export const kindsOf = (objects: readonly KubeObject[]): Kinds => ({
  clusterScoped: objects
    .filter((object) => object.metadata.namespace === undefined)
    .map(({ apiVersion, kind }) => ({ group: groupOf(apiVersion), kind })),
  objects: objects.length,
});

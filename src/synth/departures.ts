import { onCluster } from '../delivery/application-set';
import { CASCADE, CLUSTER_LABEL, EVERY_FILE } from '../delivery/names';
import { dig, items, text } from '../manifests/fields';
import type { DestructiveChange } from '../manifests/guard';
import { IN_CLUSTER } from '../model/cluster';
import type { KubeObject } from '../model/kube';
import { getOrSet } from '../model/maps';

/** Objects of one file, and the cluster whose Argo CD is given it: empty where only one cluster runs an Argo CD. */
export interface Given {
  readonly hub: string;
  readonly objects: readonly KubeObject[];
}

/** The files of a stage whose objects, or some of them, are in others now. */
export type MovedIn = (stage: string) => ReadonlySet<string>;

/** An Application, and the cluster that it deploys to. */
interface Placement {
  readonly stage: string;
  /** Its namespace and name. */
  readonly application: string;
  readonly hub: string;
  readonly server: string;
  /** What the cluster is called; undefined where the file is older than the label. */
  readonly cluster: string | undefined;
  /** The files of the stage's folder that it deploys, as a glob. */
  readonly include: string;
  /** Whether what it deployed is deleted with it. */
  readonly cascades: boolean;
  /** Whether what it deploys no more is deleted by itself. */
  readonly prunes: boolean;
}

/**
 * The clusters that stages leave, and what is deleted where Applications take the place of others. Argo CD looks for what
 * it deployed on the cluster that an Application names now, and nowhere else: what runs on another is neither pruned nor
 * deleted with the Application, finalizer or not (https://github.com/argoproj/argo-cd/issues/9172).
 *
 * @param clusters what clusters there are now
 * @returns by stage; a stage that goes as a whole is not told of
 */
export function departures(
  was: readonly Given[],
  is: readonly Given[],
  { clusters, movedIn }: { readonly clusters: readonly string[]; readonly movedIn: MovedIn },
): ReadonlyMap<string, readonly DestructiveChange[]> {
  const after = placementsIn(is);
  const byStage = new Map<string, Placement[]>();
  for (const each of after) getOrSet(byStage, each.stage, () => []).push(each);
  const left = new Map<string, Placement[]>();
  const replaced = new Map<string, Placement[]>();
  for (const each of placementsIn(was)) {
    const same = byStage.get(each.stage) ?? [];
    const here = same.filter((other) => isSameCluster(each, other, clusters));
    if (isReplaced(each, here, movedIn)) getOrSet(replaced, each.stage, () => []).push(each);
    if (same.length === 0 || here.length > 0) continue;
    const hub = each.hub === '' ? '' : ` (${each.hub})`;
    getOrSet(left, `remove stage ${each.stage} from ${each.server}${hub}`, () => []).push(each);
  }
  const found = new Map<string, DestructiveChange[]>();
  for (const [change, placements] of left)
    getOrSet(found, placements[0]!.stage, () => []).push({
      text: change,
      consequence: consequenceOf(placements, after),
    });
  for (const [stage, gone] of replaced)
    getOrSet(found, stage, () => []).push({
      text: `replace the Applications of stage ${stage}`,
      consequence: lossOf(gone, after),
    });
  return found;
}

const isSame = (one: Placement, other: Placement): boolean => one.application === other.application;

/** Whether Argo CD deletes what it deployed, though others on its cluster deploy that from now on. */
function isReplaced(was: Placement, here: readonly Placement[], movedIn: MovedIn): boolean {
  const moved = movedIn(was.stage).has(was.include);
  const is = here.find((other) => isSame(was, other));
  const covers = ({ include }: Placement): boolean => include === was.include || include === EVERY_FILE;
  if (is) return is.prunes && (moved || !covers(is));
  return was.cascades && (was.include === EVERY_FILE ? here.length > 0 : moved || here.some(covers));
}

function lossOf([first, ...others]: readonly Placement[], after: readonly Placement[]): string {
  const which = `Application ${first!.application}${others.length === 0 ? '' : ` and ${others.length} more`}`;
  return after.some((is) => isSame(first!, is))
    ? `Argo CD prunes what ${which} deployed and others deploy from now on, volumes included. Where "sync: { mode: auto, prune: false }" is published first, and stays until the others are synced, all keeps running.`
    : `Argo CD deletes ${which}, and with it all that it deployed, volumes included; others deploy it anew. Where "outlives: true" is published and synced first, all keeps running.`;
}

function consequenceOf(placements: readonly Placement[], after: readonly Placement[]): string {
  const stays = ({ hub, application }: Placement): boolean =>
    after.some((other) => other.application === application && other.hub === hub);
  if (placements.some(stays))
    return 'Argo CD moves nothing: all that it deployed there keeps running, and its volumes stay there; nobody updates or deletes it any more. On the other cluster everything begins anew, with empty volumes.';
  if (placements.some(({ cascades }) => cascades))
    return 'Argo CD deletes its Application there, and with it all that it deployed.';
  return 'Nothing is deleted there: its Application stays, and all that it deployed, until somebody deletes them.';
}

/** Each Argo CD calls its own cluster by the same address. */
function isSameCluster(was: Placement, is: Placement, clusters: readonly string[]): boolean {
  if (was.server !== is.server) return false;
  if (was.server !== IN_CLUSTER) return true;
  // One that is not there any more may be called otherwise now.
  if (was.cluster !== undefined && is.cluster !== undefined && clusters.includes(was.cluster))
    return was.cluster === is.cluster;
  // A folder of its own, or none, may be what becomes of the same one when clusters join or leave.
  return was.hub === is.hub || was.hub === '' || is.hub === '';
}

function placementsIn(given: readonly Given[]): readonly Placement[] {
  return given.flatMap(({ hub, objects }) =>
    objects.flatMap((object): readonly Placement[] => {
      const stage = object.metadata.labels?.['stageline.dev/stage'];
      if (stage === undefined) return [];
      const { name, namespace = '' } = object.metadata;
      const place = (
        called: string,
        { server, cluster }: Readonly<Record<string, unknown>>,
        template: unknown,
      ): readonly Placement[] => {
        const address = text(server);
        const finalizers = dig(template, 'metadata', 'finalizers');
        const cascades = Array.isArray(finalizers) && finalizers.includes(CASCADE);
        const include = text(dig(template, 'spec', 'source', 'directory', 'include')) ?? EVERY_FILE;
        const prunes = dig(template, 'spec', 'syncPolicy', 'automated', 'prune') === true;
        const about = { stage, hub, cascades, prunes, include, cluster: text(cluster) };
        return address === undefined
          ? []
          : [{ ...about, application: `${namespace}/${called}`, server: address }];
      };
      if (object.kind === 'Application') {
        const server = dig(object, 'spec', 'destination', 'server');
        return place(name, { server, cluster: object.metadata.labels?.[CLUSTER_LABEL] }, object);
      }
      if (object.kind !== 'ApplicationSet') return [];
      return items(dig(object, 'spec', 'generators')).flatMap((generator) =>
        items(dig(generator, 'list', 'elements')).flatMap((element) =>
          place(onCluster(name, text(element['cluster']) ?? ''), element, dig(object, 'spec', 'template')),
        ),
      );
    }),
  );
}

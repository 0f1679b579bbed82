import { onCluster } from '../delivery/application-set';
import { CASCADE } from '../delivery/names';
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

/** An Application, and the cluster that it deploys to. */
interface Placement {
  readonly stage: string;
  readonly application: string;
  readonly hub: string;
  readonly server: string;
  /** Whether what it deployed is deleted with it. */
  readonly cascades: boolean;
}

/**
 * The clusters that stages leave. Argo CD looks for what it deployed on the cluster that an Application names now, and
 * nowhere else: what runs on another is neither pruned nor deleted with the Application, finalizer or not
 * (https://github.com/argoproj/argo-cd/issues/9172).
 *
 * @returns by stage; a stage that goes as a whole is not told of
 */
export function departures(
  was: readonly Given[],
  is: readonly Given[],
): ReadonlyMap<string, readonly DestructiveChange[]> {
  const after = placementsIn(is);
  const left = new Map<string, Placement[]>();
  for (const each of placementsIn(was)) {
    const same = after.filter(({ stage }) => stage === each.stage);
    if (same.length === 0 || same.some((other) => isSameCluster(other, each))) continue;
    const hub = each.hub === '' ? '' : ` (${each.hub})`;
    getOrSet(left, `remove stage ${each.stage} from ${each.server}${hub}`, () => []).push(each);
  }
  const found = new Map<string, DestructiveChange[]>();
  for (const [change, placements] of left)
    getOrSet(found, placements[0]!.stage, () => []).push({
      text: change,
      consequence: consequenceOf(placements, after),
    });
  return found;
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
function isSameCluster(one: Placement, other: Placement): boolean {
  if (one.server !== other.server) return false;
  // A folder of its own, or none, may be what becomes of the same one when clusters join or leave.
  return one.server !== IN_CLUSTER || one.hub === other.hub || one.hub === '' || other.hub === '';
}

function placementsIn(given: readonly Given[]): readonly Placement[] {
  return given.flatMap(({ hub, objects }) =>
    objects.flatMap((object): readonly Placement[] => {
      const stage = object.metadata.labels?.['stageline.dev/stage'];
      if (stage === undefined) return [];
      const { name } = object.metadata;
      const place = (application: string, server: unknown, metadata: unknown): readonly Placement[] => {
        const address = text(server);
        const finalizers = dig(metadata, 'finalizers');
        const cascades = Array.isArray(finalizers) && finalizers.includes(CASCADE);
        return address === undefined ? [] : [{ stage, application, hub, server: address, cascades }];
      };
      if (object.kind === 'Application')
        return place(name, dig(object, 'spec', 'destination', 'server'), object.metadata);
      if (object.kind !== 'ApplicationSet') return [];
      const template = dig(object, 'spec', 'template', 'metadata');
      return items(dig(object, 'spec', 'generators')).flatMap((generator) =>
        items(dig(generator, 'list', 'elements')).flatMap(({ cluster, server }) =>
          place(onCluster(name, text(cluster) ?? ''), server, template),
        ),
      );
    }),
  );
}

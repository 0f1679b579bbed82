import type { Api, Live } from './api';

/**
 * Creates a PersistentVolume for every claim that waits for one: there is no provisioner. Claims whose class names
 * a provisioner (or the default class) and claims without a class are served alike.
 *
 * @returns what ends it.
 */
export function startVolumes(api: Api): () => void {
  const seen = new Set<string>();
  let busy = false;
  const look = async (): Promise<void> => {
    for (const claim of await api.list('v1', 'PersistentVolumeClaim')) {
      const { phase } = (claim.status ?? {}) as { phase?: string };
      const uid = claim.metadata.uid ?? '';
      if (phase !== 'Pending' || seen.has(uid)) continue;
      await api.apply(volumeFor(claim));
      seen.add(uid);
    }
  };
  const timer = setInterval(() => {
    if (busy) return;
    busy = true;
    // A look that fails is repeated; a claim that stays Pending shows in the scenario that needs it.
    look()
      .catch(() => undefined)
      .finally(() => (busy = false));
  }, 500);
  timer.unref();
  return () => clearInterval(timer);
}

function volumeFor(claim: Live): object {
  const { accessModes, resources, storageClassName } = claim.spec as {
    accessModes: string[];
    resources: { requests: { storage: string } };
    storageClassName?: string;
  };
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { name: `e2e-${claim.metadata.uid}` },
    spec: {
      accessModes,
      capacity: { storage: resources.requests.storage },
      hostPath: { path: '/nowhere' },
      persistentVolumeReclaimPolicy: 'Retain',
      ...(storageClassName === undefined ? {} : { storageClassName }),
      claimRef: {
        apiVersion: 'v1',
        kind: 'PersistentVolumeClaim',
        namespace: claim.metadata.namespace,
        name: claim.metadata.name,
        uid: claim.metadata.uid,
      },
    },
  };
}

import { k8s } from 'cdk8s-plus-28';
import { quantityOf, sortedEntries, type PodValues, type VolumeValues } from './values';

/** How much a container may put into /tmp. */
const TMP_SIZE = '256Mi';

/** A claim of a workload's own, or the template of one claim a pod. */
export interface Claim {
  readonly name: string;
  readonly spec: k8s.PersistentVolumeClaimSpec;
}

/** The volumes of an app: as the pod, the containers and the claims see them. */
export interface PodVolumes {
  readonly volumes: readonly k8s.Volume[];
  readonly mounts: readonly (k8s.VolumeMount & { readonly name: string })[];
  readonly claims: readonly Claim[];
  readonly claimTemplates: readonly Claim[];
}

export function podVolumes(objectName: string, values: PodValues['volumes']): PodVolumes {
  const entries = sortedEntries(values);
  return {
    volumes: entries.flatMap(([name, volume]) => {
      const source = sourceOf(objectName, name, volume);
      return source ? [{ name, ...source }] : [];
    }),
    mounts: entries.map(([name, volume]) => mountOf(name, volume)),
    claims: entries.flatMap(([name, { claim }]) =>
      claim ? [{ name: claim.name ?? `${objectName}-${name}`, spec: claimSpec(claim) }] : [],
    ),
    claimTemplates: entries.flatMap(([name, { claimTemplate }]) =>
      claimTemplate ? [{ name, spec: claimSpec(claimTemplate) }] : [],
    ),
  };
}

/** A place to write to, since the image's own file system is read-only. Each container has its own. */
export function scratch(name: string): { volume: k8s.Volume; mount: k8s.VolumeMount } {
  return {
    volume: { name, emptyDir: { sizeLimit: quantityOf(TMP_SIZE) } },
    mount: { name, mountPath: '/tmp' },
  };
}

/** Whether something of the app's own is mounted at /tmp already. */
export const coversTmp = (mounts: readonly k8s.VolumeMount[]): boolean =>
  mounts.some(({ mountPath }) => /^\/tmp\/?$/.test(mountPath));

/** Mounts by their path: one that lies within another has to come after it. */
export const inMountOrder = (mounts: readonly k8s.VolumeMount[]): k8s.VolumeMount[] =>
  [...mounts].sort((a, b) => (a.mountPath < b.mountPath ? -1 : 1));

function sourceOf(
  objectName: string,
  name: string,
  volume: VolumeValues,
): Omit<k8s.Volume, 'name'> | undefined {
  const { claim, configMap, emptyDir, existingClaim, secret } = volume;
  if (emptyDir) {
    const { medium, sizeLimit } = emptyDir;
    return { emptyDir: { medium, sizeLimit: sizeLimit === undefined ? undefined : quantityOf(sizeLimit) } };
  }
  if (claim) return { persistentVolumeClaim: { claimName: claim.name ?? `${objectName}-${name}` } };
  if (existingClaim !== undefined) return { persistentVolumeClaim: { claimName: existingClaim } };
  if (secret !== undefined) return { secret: { secretName: secret, defaultMode: 0o440 } };
  if (configMap !== undefined) return { configMap: { name: configMap, defaultMode: 0o444 } };
  return undefined; // a claim template: the StatefulSet's controller adds the volume
}

function mountOf(name: string, volume: VolumeValues): k8s.VolumeMount {
  const isReadOnly = volume.secret !== undefined || volume.configMap !== undefined;
  return {
    name,
    mountPath: volume.mountPath,
    subPath: volume.subPath,
    readOnly: volume.readOnly ?? (isReadOnly ? true : undefined),
  };
}

function claimSpec(
  claim: NonNullable<VolumeValues['claim'] | VolumeValues['claimTemplate']>,
): k8s.PersistentVolumeClaimSpec {
  return {
    accessModes: claim.accessModes,
    resources: { requests: { storage: quantityOf(claim.storage) } },
    storageClassName: claim.storageClassName,
    volumeMode: 'Filesystem',
  };
}

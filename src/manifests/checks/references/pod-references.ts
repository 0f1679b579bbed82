import { dig, fields, items, text, type Fields } from '../../fields';
import type { PodTemplate } from '../pods';

/** A name in a pod spec that stands for another object. */
export interface PodReference {
  readonly kind: 'ConfigMap' | 'Secret' | 'ServiceAccount' | 'PersistentVolumeClaim';
  readonly name: string;
  /** Keys of its data that are named. */
  readonly keys: readonly string[];
  /** `spec.template.spec.volumes[config].configMap.name` */
  readonly path: string;
}

/** Everything that a pod needs before it can start; what is marked optional is left out. */
export function podReferences(pod: PodTemplate): readonly PodReference[] {
  const found: PodReference[] = [];
  for (const volume of items(pod.spec.volumes)) {
    volumeReferences(found, volume, `${pod.path}.volumes[${String(volume.name)}]`);
  }
  for (const container of pod.containers) {
    for (const source of items(container.fields.envFrom)) {
      data(found, source.configMapRef, 'ConfigMap', `${container.path}.envFrom.configMapRef`);
      data(found, source.secretRef, 'Secret', `${container.path}.envFrom.secretRef`);
    }
    for (const variable of items(container.fields.env)) {
      const path = `${container.path}.env[${String(variable.name)}].valueFrom`;
      const { configMapKeyRef, secretKeyRef } = fields(variable.valueFrom);
      data(found, configMapKeyRef, 'ConfigMap', `${path}.configMapKeyRef`);
      data(found, secretKeyRef, 'Secret', `${path}.secretKeyRef`);
    }
  }
  for (const secret of items(pod.spec.imagePullSecrets)) {
    data(found, secret, 'Secret', `${pod.path}.imagePullSecrets`);
  }
  const account = text(pod.spec.serviceAccountName) ?? text(pod.spec.serviceAccount);
  if (account !== undefined && account !== '' && account !== 'default') {
    found.push({ kind: 'ServiceAccount', name: account, keys: [], path: `${pod.path}.serviceAccountName` });
  }
  return found;
}

function volumeReferences(found: PodReference[], volume: Fields, path: string): void {
  data(found, volume.configMap, 'ConfigMap', `${path}.configMap`);
  data(found, volume.secret, 'Secret', `${path}.secret`, 'secretName');
  for (const source of items(dig(volume, 'projected', 'sources'))) {
    data(found, source.configMap, 'ConfigMap', `${path}.projected.configMap`);
    data(found, source.secret, 'Secret', `${path}.projected.secret`);
  }
  data(found, dig(volume, 'csi', 'nodePublishSecretRef'), 'Secret', `${path}.csi.nodePublishSecretRef`);
  const claim = text(dig(volume, 'persistentVolumeClaim', 'claimName'));
  if (claim !== undefined) {
    const at = `${path}.persistentVolumeClaim.claimName`;
    found.push({ kind: 'PersistentVolumeClaim', name: claim, keys: [], path: at });
  }
}

function data(
  found: PodReference[],
  reference: unknown,
  kind: 'ConfigMap' | 'Secret',
  path: string,
  nameField = 'name',
): void {
  const { key, optional, items: listed, [nameField]: name } = fields(reference);
  if (typeof name !== 'string' || optional === true) return;
  const keys = [key, ...items(listed).map((item) => item.key)].filter(
    (k): k is string => typeof k === 'string',
  );
  found.push({ kind, name, keys, path: `${path}.${nameField}` });
}

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
export function* podReferences(pod: PodTemplate): Iterable<PodReference> {
  for (const volume of items(pod.spec.volumes)) {
    yield* volumeReferences(volume, `${pod.path}.volumes[${String(volume.name)}]`);
  }
  for (const container of pod.containers) {
    for (const source of items(container.fields.envFrom)) {
      yield* data(source.configMapRef, 'ConfigMap', `${container.path}.envFrom.configMapRef`);
      yield* data(source.secretRef, 'Secret', `${container.path}.envFrom.secretRef`);
    }
    for (const variable of items(container.fields.env)) {
      const path = `${container.path}.env[${String(variable.name)}].valueFrom`;
      const { configMapKeyRef, secretKeyRef } = fields(variable.valueFrom);
      yield* data(configMapKeyRef, 'ConfigMap', `${path}.configMapKeyRef`);
      yield* data(secretKeyRef, 'Secret', `${path}.secretKeyRef`);
    }
  }
  for (const secret of items(pod.spec.imagePullSecrets)) {
    yield* data(secret, 'Secret', `${pod.path}.imagePullSecrets`);
  }
  const account = text(pod.spec.serviceAccountName) ?? text(pod.spec.serviceAccount);
  if (account !== undefined && account !== '' && account !== 'default') {
    yield { kind: 'ServiceAccount', name: account, keys: [], path: `${pod.path}.serviceAccountName` };
  }
}

function* volumeReferences(volume: Fields, path: string): Iterable<PodReference> {
  yield* data(volume.configMap, 'ConfigMap', `${path}.configMap`);
  yield* data(volume.secret, 'Secret', `${path}.secret`, 'secretName');
  for (const source of items(dig(volume, 'projected', 'sources'))) {
    yield* data(source.configMap, 'ConfigMap', `${path}.projected.configMap`);
    yield* data(source.secret, 'Secret', `${path}.projected.secret`);
  }
  yield* data(dig(volume, 'csi', 'nodePublishSecretRef'), 'Secret', `${path}.csi.nodePublishSecretRef`);
  const claim = text(dig(volume, 'persistentVolumeClaim', 'claimName'));
  if (claim !== undefined) {
    const at = `${path}.persistentVolumeClaim.claimName`;
    yield { kind: 'PersistentVolumeClaim', name: claim, keys: [], path: at };
  }
}

function* data(
  reference: unknown,
  kind: 'ConfigMap' | 'Secret',
  path: string,
  nameField = 'name',
): Iterable<PodReference> {
  const { key, optional, items: listed, [nameField]: name } = fields(reference);
  if (typeof name !== 'string' || optional === true) return;
  const keys = [key, ...items(listed).map((item) => item.key)].filter(
    (k): k is string => typeof k === 'string',
  );
  yield { kind, name, keys, path: `${path}.${nameField}` };
}

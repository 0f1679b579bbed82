import { dig } from '../../fields';
import {
  addedCapabilities,
  badSeccomp,
  hasUserNamespace,
  isGoodSeccomp,
  isSet,
  isWindows,
  quote,
  unmaskedProc,
  type Standard,
} from './standard';

const LEVELS = ['restricted'] as const;

const VOLUMES = [
  'configMap',
  'csi',
  'downwardAPI',
  'emptyDir',
  'ephemeral',
  'image',
  'persistentVolumeClaim',
  'projected',
  'secret',
];

/** What a pod of today can do without. */
export const RESTRICTED: readonly Standard[] = [
  {
    id: 'restrictedVolumes',
    levels: LEVELS,
    check(pod, found) {
      for (const { path, volume } of pod.volumes) {
        if (VOLUMES.some((type) => isSet(volume[type]))) continue;
        const type = Object.keys(volume).find((key) => key !== 'name' && isSet(volume[key]));
        // The API server makes a volume without a source an emptyDir.
        if (type === undefined) continue;
        found.push({ field: path, says: `uses ${type}; allowed are ${VOLUMES.join(', ')}` });
      }
    },
  },
  {
    id: 'allowPrivilegeEscalation',
    levels: LEVELS,
    check(pod, found) {
      if (isWindows(pod)) return;
      for (const { path, fields } of pod.ofContainers) {
        if (fields.allowPrivilegeEscalation === false) continue;
        found.push({ field: `${path}.allowPrivilegeEscalation`, says: 'must be false' });
      }
    },
  },
  {
    id: 'runAsNonRoot',
    levels: LEVELS,
    check(pod, found, minor) {
      if (minor >= 35 && hasUserNamespace(pod)) return;
      const byPod = pod.own.fields.runAsNonRoot;
      for (const { of, path, fields } of pod.contexts) {
        const value = fields.runAsNonRoot;
        const field = `${path}.runAsNonRoot`;
        if (value === false) found.push({ field, says: 'must not be false' });
        else if (of === 'container' && !isSet(value) && byPod !== true) {
          found.push({ field, says: 'must be true, here or for the pod' });
        }
      }
    },
  },
  {
    id: 'runAsUser',
    levels: LEVELS,
    check(pod, found, minor) {
      if (minor >= 35 && hasUserNamespace(pod)) return;
      for (const { path, fields } of pod.contexts) {
        if (fields.runAsUser === 0)
          found.push({ field: `${path}.runAsUser`, says: 'must not be 0, which is root' });
      }
    },
  },
  {
    id: 'seccompProfile_restricted',
    levels: LEVELS,
    check(pod, found) {
      if (isWindows(pod)) return;
      const byPod = isGoodSeccomp(pod.own.fields.seccompProfile);
      for (const context of pod.contexts) {
        badSeccomp(context, found);
        if (context.of === 'container' && !byPod && !isSet(context.fields.seccompProfile)) {
          found.push({
            field: `${context.path}.seccompProfile.type`,
            says: 'must be "RuntimeDefault" or "Localhost", here or for the pod',
          });
        }
      }
    },
  },
  {
    id: 'capabilities_restricted',
    levels: LEVELS,
    check(pod, found) {
      if (isWindows(pod)) return;
      for (const { path, fields } of pod.ofContainers) {
        const dropped = dig(fields, 'capabilities', 'drop');
        if (!Array.isArray(dropped) || !dropped.includes('ALL')) {
          found.push({ field: `${path}.capabilities.drop`, says: 'must contain "ALL"' });
        }
        const added = addedCapabilities(fields).filter((name) => name !== 'NET_BIND_SERVICE');
        if (added.length > 0) {
          found.push({
            field: `${path}.capabilities.add`,
            says: `must not contain ${added.map(quote).join(', ')}; only "NET_BIND_SERVICE" may be added`,
          });
        }
      }
    },
  },
  { id: 'procMount_restricted', levels: LEVELS, check: unmaskedProc },
];

import { dig, fields, items, text } from '../../fields';
import { handlers } from '../pods';
import {
  addedCapabilities,
  badSeccomp,
  hasUserNamespace,
  isSet,
  quote,
  unmaskedProc,
  type Standard,
} from './standard';

const BOTH = ['baseline', 'restricted'] as const;

const CAPABILITIES = [
  'AUDIT_WRITE',
  'CHOWN',
  'DAC_OVERRIDE',
  'FOWNER',
  'FSETID',
  'KILL',
  'MKNOD',
  'NET_BIND_SERVICE',
  'SETFCAP',
  'SETGID',
  'SETPCAP',
  'SETUID',
  'SYS_CHROOT',
];

/** Safe sysctls, and the minor version that first calls them so. */
const SYSCTLS: Readonly<Record<string, number>> = {
  'kernel.shm_rmid_forced': 0,
  'net.ipv4.ip_local_port_range': 0,
  'net.ipv4.ip_unprivileged_port_start': 0,
  'net.ipv4.ping_group_range': 0,
  'net.ipv4.tcp_syncookies': 0,
  'net.ipv4.ip_local_reserved_ports': 27,
  'net.ipv4.tcp_fin_timeout': 29,
  'net.ipv4.tcp_keepalive_intvl': 29,
  'net.ipv4.tcp_keepalive_probes': 29,
  'net.ipv4.tcp_keepalive_time': 29,
  'net.ipv4.tcp_rmem': 32,
  'net.ipv4.tcp_wmem': 32,
};

const SELINUX_TYPES: Readonly<Record<string, number>> = {
  container_t: 0,
  container_init_t: 0,
  container_kvm_t: 0,
  container_engine_t: 31,
};

const APPARMOR_ANNOTATION = 'container.apparmor.security.beta.kubernetes.io/';

/** What keeps a pod from taking over its node. */
export const BASELINE: readonly Standard[] = [
  {
    id: 'hostNamespaces',
    levels: BOTH,
    check(pod, found) {
      for (const field of ['hostNetwork', 'hostPID', 'hostIPC']) {
        if (pod.spec[field] === true) found.push({ field: `${pod.path}.${field}`, says: 'must not be true' });
      }
    },
  },
  {
    id: 'windowsHostProcess',
    levels: BOTH,
    check(pod, found) {
      for (const context of pod.contexts) {
        if (dig(context.fields, 'windowsOptions', 'hostProcess') === true) {
          found.push({ field: `${context.path}.windowsOptions.hostProcess`, says: 'must not be true' });
        }
      }
    },
  },
  {
    id: 'privileged',
    levels: BOTH,
    check(pod, found) {
      for (const context of pod.ofContainers) {
        if (context.fields.privileged === true) {
          found.push({ field: `${context.path}.privileged`, says: 'must not be true' });
        }
      }
    },
  },
  {
    id: 'capabilities_baseline',
    levels: ['baseline'],
    check(pod, found) {
      for (const context of pod.ofContainers) {
        const added = addedCapabilities(context.fields).filter((name) => !CAPABILITIES.includes(name));
        if (added.length > 0) {
          found.push({
            field: `${context.path}.capabilities.add`,
            says: `must not contain ${added.map(quote).join(', ')}`,
          });
        }
      }
    },
  },
  {
    id: 'hostPathVolumes',
    levels: ['baseline'],
    check(pod, found) {
      for (const { path, volume } of pod.volumes) {
        if (isSet(volume.hostPath)) found.push({ field: `${path}.hostPath`, says: 'must not be used' });
      }
    },
  },
  {
    id: 'hostPorts',
    levels: BOTH,
    check(pod, found) {
      for (const container of pod.containers) {
        for (const port of items(container.fields.ports)) {
          if (typeof port.hostPort !== 'number' || port.hostPort === 0) continue;
          const name = String(port.name ?? port.containerPort);
          found.push({
            field: `${container.path}.ports[${name}].hostPort`,
            says: `${port.hostPort} must not be set`,
          });
        }
      }
    },
  },
  {
    id: 'appArmorProfile',
    levels: BOTH,
    check(pod, found) {
      for (const context of pod.contexts) {
        const profile = context.fields.appArmorProfile;
        if (!isSet(profile)) continue;
        const { type } = fields(profile);
        if (type === 'RuntimeDefault' || type === 'Localhost') continue;
        found.push({
          field: `${context.path}.appArmorProfile.type`,
          says: `${quote(type)} must be "RuntimeDefault" or "Localhost"`,
        });
      }
      for (const [key, value] of Object.entries(pod.annotations)) {
        if (!key.startsWith(APPARMOR_ANNOTATION)) continue;
        if (value === '' || value === 'runtime/default' || value.startsWith('localhost/')) continue;
        found.push({
          field: `${pod.metadataPath}.annotations["${key}"]`,
          says: `${quote(value)} must be "runtime/default" or begin with "localhost/"`,
        });
      }
    },
  },
  {
    id: 'seLinuxOptions',
    levels: BOTH,
    check(pod, found, minor) {
      for (const context of pod.contexts) {
        const options = fields(context.fields.seLinuxOptions);
        const path = `${context.path}.seLinuxOptions`;
        const type = text(options.type) ?? '';
        const since = Object.hasOwn(SELINUX_TYPES, type) ? SELINUX_TYPES[type]! : Infinity;
        if (type !== '' && minor < since) {
          const allowed = Object.entries(SELINUX_TYPES).filter(([, from]) => minor >= from);
          found.push({
            field: `${path}.type`,
            says: `${quote(type)} must be one of ${allowed.map(([name]) => quote(name)).join(', ')}`,
          });
        }
        for (const field of ['user', 'role']) {
          if (options[field] !== undefined && options[field] !== '') {
            found.push({ field: `${path}.${field}`, says: 'must not be set' });
          }
        }
      }
    },
  },
  {
    id: 'procMount',
    levels: ['baseline'],
    check(pod, found, minor) {
      if (minor < 35 || !hasUserNamespace(pod)) unmaskedProc(pod, found);
    },
  },
  {
    id: 'seccompProfile_baseline',
    levels: ['baseline'],
    check(pod, found) {
      for (const context of pod.contexts) badSeccomp(context, found);
    },
  },
  {
    id: 'sysctls',
    levels: BOTH,
    check(pod, found, minor) {
      const { path, fields: context } = pod.own;
      for (const { name } of items(context.sysctls)) {
        const since = Object.hasOwn(SYSCTLS, String(name)) ? SYSCTLS[String(name)]! : Infinity;
        if (minor < since)
          found.push({ field: `${path}.sysctls[${String(name)}]`, says: 'is not a safe sysctl' });
      }
    },
  },
  {
    id: 'hostProbesAndHostLifecycle',
    levels: BOTH,
    check(pod, found, minor) {
      if (minor < 34) return;
      for (const { path, fields: container } of pod.containers) {
        for (const [place, handler] of handlers(container)) {
          for (const action of ['httpGet', 'tcpSocket']) {
            const host = dig(handler, action, 'host');
            if (host === undefined || host === null || host === '') continue;
            found.push({ field: `${path}.${place}.${action}.host`, says: `${quote(host)} must not be set` });
          }
        }
      }
    },
  },
];

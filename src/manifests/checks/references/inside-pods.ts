import { dig, items, text } from '../../fields';
import { didYouMean } from '../nearest';
import { handlers, type PodContainer } from '../pods';
import { podRule, type Finding, type PodEntry } from '../rule';

const LABEL = /^[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?$/;
const PORT_NAME = /^(?=.*[a-z])[a-z0-9](?:-?[a-z0-9]){0,14}$/;

/** What a pod says of itself fits together; the API server refuses it otherwise, which no schema shows. */
export const insidePods = podRule(
  'inconsistent-pod',
  'Containers, volumes and ports have valid, unique names; mounts name volumes, and probes name ports.',
  (entry, found) => {
    const { pod } = entry;
    const volumes = items(pod.spec.volumes).map((volume) => String(volume.name));
    const known = [...volumes, ...claimTemplates(entry)];
    const containers = pod.containers.map((c) => c.name);
    namesOf(found, entry, `${pod.path}.volumes`, volumes, LABEL);
    namesOf(found, entry, `${pod.path}.containers`, containers, LABEL);
    for (const container of pod.containers) {
      mounts(found, entry, container, known, 'volumeMounts', 'mountPath');
      mounts(found, entry, container, known, 'volumeDevices', 'devicePath');
      ports(found, entry, container);
    }
  },
);

function namesOf(
  found: Finding[],
  entry: PodEntry,
  field: string,
  names: readonly string[],
  form: RegExp,
): void {
  for (const [index, name] of names.entries()) {
    if (names.indexOf(name) !== index) found.push({ entry, field, says: `has "${name}" twice` });
    else if (!form.test(name)) {
      const rule = form === PORT_NAME ? 'port name (a-z, 0-9, hyphens, 15 at most)' : 'DNS label';
      found.push({ entry, field, says: `has "${name}", which is no ${rule}` });
    }
  }
}

function mounts(
  found: Finding[],
  entry: PodEntry,
  { path, fields }: PodContainer,
  known: readonly string[],
  list: string,
  place: string,
): void {
  const all = items(fields[list]);
  if (all.length === 0) return;
  for (const mount of all) {
    const name = String(mount.name);
    if (known.includes(name)) continue;
    found.push({
      entry,
      field: `${path}.${list}[${String(mount[place])}].name`,
      says: `"${name}" names no volume of the pod${didYouMean(name, known)}`,
      consequence: 'The API server would refuse the pod.',
    });
  }
  const places = all.map((mount) => String(mount[place]));
  for (const twice of new Set(places.filter((p, i) => places.indexOf(p) !== i))) {
    found.push({ entry, field: `${path}.${list}`, says: `mounts two volumes at "${twice}"` });
  }
}

function claimTemplates({ object }: PodEntry): string[] {
  return items(dig(object, 'spec', 'volumeClaimTemplates')).map((t) => String(dig(t, 'metadata', 'name')));
}

function ports(found: Finding[], entry: PodEntry, { path, fields }: PodContainer): void {
  const names = items(fields.ports).flatMap((port) => text(port.name) ?? []);
  namesOf(found, entry, `${path}.ports`, names, PORT_NAME);
  for (const [place, handler] of handlers(fields)) {
    if (handler === undefined) continue;
    for (const action of ['httpGet', 'tcpSocket']) {
      const port = dig(handler, action, 'port');
      if (typeof port !== 'string' || names.includes(port)) continue;
      found.push({
        entry,
        field: `${path}.${place}.${action}.port`,
        says: `"${port}" names no port of the container${didYouMean(port, names)}`,
        consequence: 'The probe or hook would always fail.',
      });
    }
  }
}

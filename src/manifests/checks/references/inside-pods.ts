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
  function* (entry): Iterable<Finding> {
    const { pod } = entry;
    const volumes = items(pod.spec.volumes).map((volume) => String(volume.name));
    yield* namesOf(entry, `${pod.path}.volumes`, volumes, LABEL);
    yield* namesOf(
      entry,
      `${pod.path}.containers`,
      pod.containers.map((c) => c.name),
      LABEL,
    );
    for (const container of pod.containers) {
      yield* mounts(entry, container, volumes);
      yield* ports(entry, container);
    }
  },
);

function* namesOf(entry: PodEntry, field: string, names: readonly string[], form: RegExp): Iterable<Finding> {
  for (const [index, name] of names.entries()) {
    if (names.indexOf(name) !== index) yield { entry, field, says: `has "${name}" twice` };
    else if (!form.test(name)) {
      const rule = form === PORT_NAME ? 'port name (a-z, 0-9, hyphens, 15 at most)' : 'DNS label';
      yield { entry, field, says: `has "${name}", which is no ${rule}` };
    }
  }
}

function* mounts(entry: PodEntry, container: PodContainer, volumes: readonly string[]): Iterable<Finding> {
  const { path, fields } = container;
  const known = [...volumes, ...claimTemplates(entry)];
  for (const [list, place] of [
    ['volumeMounts', 'mountPath'],
    ['volumeDevices', 'devicePath'],
  ] as const) {
    const all = items(fields[list]);
    for (const mount of all) {
      const name = String(mount.name);
      if (known.includes(name)) continue;
      yield {
        entry,
        field: `${path}.${list}[${String(mount[place])}].name`,
        says: `"${name}" names no volume of the pod${didYouMean(name, known)}`,
        consequence: 'The API server would refuse the pod.',
      };
    }
    const places = all.map((mount) => String(mount[place]));
    for (const twice of new Set(places.filter((p, i) => places.indexOf(p) !== i))) {
      yield { entry, field: `${path}.${list}`, says: `mounts two volumes at "${twice}"` };
    }
  }
}

function claimTemplates({ object }: PodEntry): string[] {
  return items(dig(object, 'spec', 'volumeClaimTemplates')).map((t) => String(dig(t, 'metadata', 'name')));
}

function* ports(entry: PodEntry, { path, fields }: PodContainer): Iterable<Finding> {
  const names = items(fields.ports).flatMap((port) => text(port.name) ?? []);
  yield* namesOf(entry, `${path}.ports`, names, PORT_NAME);
  for (const [place, handler] of handlers(fields)) {
    for (const action of ['httpGet', 'tcpSocket']) {
      const port = dig(handler, action, 'port');
      if (typeof port !== 'string' || names.includes(port)) continue;
      yield {
        entry,
        field: `${path}.${place}.${action}.port`,
        says: `"${port}" names no port of the container${didYouMean(port, names)}`,
        consequence: 'The probe or hook would always fail.',
      };
    }
  }
}

import { parseCron } from '../../model/delivery/cron';
import type { Problem } from '../../model/errors';
import { KUBERNETES_VERSIONS } from '../../model/cluster';
import { suggest } from '../../model/nearest';
import { isTimeZone } from '../../model/time-zone';
import { containersOf, podOf, type PodValues } from './pod';
import type { AppRule } from './rule';

export const metricsAreServed: AppRule = {
  name: 'metrics-are-served',
  check: (app, { cluster }) => {
    const { autoscaling } = (podOf(app) ?? {}) as { autoscaling?: unknown };
    if (autoscaling === undefined || cluster.provides.includes('metrics-server')) return [];
    return [
      {
        code: 'no-metrics',
        cause: `${app.name} is autoscaled, and the cluster "${cluster.name}" does not provide metrics-server`,
        consequence: 'It would stay at its minimum.',
        remedy: `Add metrics-server to clusters.${cluster.name}.provides in base.yaml, or write "autoscaling: null" in this stage.`,
        at: app.locate(['autoscaling']),
      },
    ];
  },
};

const SLEEP_SINCE = '1.30';

export const preStopFits: AppRule = {
  name: 'pre-stop-fits',
  check: (app, { cluster }) => {
    const pod = podOf(app);
    const sleep = pod?.preStop?.sleepSeconds;
    if (!pod || sleep === undefined) return [];
    const at = app.locate(['preStop', 'sleepSeconds']);
    const problems: Problem[] = [];
    if (KUBERNETES_VERSIONS.indexOf(cluster.kubernetes) < KUBERNETES_VERSIONS.indexOf(SLEEP_SINCE)) {
      problems.push({
        code: 'kubernetes-too-old',
        cause: `preStop.sleepSeconds needs Kubernetes ${SLEEP_SINCE} or later, and the cluster "${cluster.name}" runs ${cluster.kubernetes}`,
        remedy: 'Use preStop.exec with a sleep command of the image, or preStop.httpGet.',
        at,
      });
    }
    if (sleep >= pod.terminationGracePeriodSeconds) {
      problems.push({
        code: 'sleep-exceeds-grace',
        cause: `preStop.sleepSeconds is ${sleep}, and the pod is killed after ${pod.terminationGracePeriodSeconds} s (terminationGracePeriodSeconds)`,
        remedy: 'Sleep for less, or raise terminationGracePeriodSeconds.',
        at,
      });
    }
    return problems;
  },
};

export const mountsExist: AppRule = {
  name: 'mounts-exist',
  check: (app) => {
    const pod = podOf(app);
    if (!pod) return [];
    const volumes = Object.keys(pod.volumes);
    return containersOf(pod).flatMap(({ path, values }) =>
      (values.mounts ?? []).flatMap((mount, index) =>
        volumes.includes(mount)
          ? []
          : [
              {
                code: 'unknown-volume',
                cause: `the container "${path[1]}" mounts "${mount}", which is none of the volumes of ${app.name}`,
                remedy: suggest(mount, volumes, `Declare it under "volumes" of ${app.name}.`),
                at: app.locate([...path, 'mounts', index]),
              },
            ],
      ),
    );
  },
};

export const mountPathsDiffer: AppRule = {
  name: 'mount-paths-differ',
  check: (app) => {
    const pod = podOf(app);
    if (!pod) return [];
    const seen = new Map(Object.keys(pod.files).map((path) => [plainPath(path), `the file ${path}`]));
    return Object.entries(pod.volumes).flatMap(([name, { mountPath, subPath }]) => {
      const key = plainPath(mountPath);
      const first = seen.get(key);
      seen.set(key, `the volume "${name}"`);
      if (first === undefined) return [];
      const cause = `${first} and the volume "${name}"${subPath === undefined ? '' : ` (${subPath})`} are both mounted at ${mountPath}`;
      const at = app.locate(['volumes', name, 'mountPath']);
      return [{ code: 'mount-path-twice', cause, remedy: 'Give each a path of its own.', at }];
    });
  },
};

const plainPath = (path: string): string => path.replace(/\/+/g, '/').replace(/(.)\/$/, '$1');

export const containerNamesDiffer: AppRule = {
  name: 'container-names-differ',
  check: (app) => {
    const pod = podOf(app);
    if (!pod) return [];
    const seen = new Set([app.objectName]);
    return containersOf(pod).flatMap(({ path }) => {
      const name = path[1];
      if (name === undefined || !seen.has(name)) {
        if (name !== undefined) seen.add(name);
        return [];
      }
      const cause = `two containers of ${app.name} are called "${name}"; the main one is called ${app.objectName}`;
      return [{ code: 'container-twice', cause, remedy: 'Rename this one.', at: app.locate(path) }];
    });
  },
};

export const claimTemplatesAreStateful: AppRule = {
  name: 'claim-templates-are-stateful',
  check: (app) =>
    Object.entries(podOf(app)?.volumes ?? {})
      .filter(([, { claimTemplate }]) => claimTemplate !== undefined && app.kind !== 'stateful')
      .map(([name]) => ({
        code: 'claim-template-without-stateful',
        cause: `the volume "${name}" of ${app.name} is a claimTemplate, which only kind: stateful has`,
        remedy: 'Use claim, or kind: stateful.',
        at: app.locate(['volumes', name, 'claimTemplate']),
      })),
};

export const schedulesAreReal: AppRule = {
  name: 'schedules-are-real',
  check: (app) => {
    if (app.kind !== 'cronjob') return [];
    const { schedule, timeZone } = app.values as unknown as PodValues & {
      schedule: string;
      timeZone: string;
    };
    const cron = parseCron(schedule);
    const problems: Problem[] = [];
    if ('error' in cron) {
      const cause = `the schedule "${schedule}" of ${app.name} is none: ${cron.error}`;
      problems.push({ code: 'invalid-value', cause, at: app.locate(['schedule']) });
    }
    if (!isTimeZone(timeZone)) {
      problems.push({
        code: 'invalid-value',
        cause: `the time zone "${timeZone}" of ${app.name} is none that the IANA database knows`,
        remedy: 'Write a name such as Europe/Berlin.',
        at: app.locate(['timeZone']),
      });
    }
    return problems;
  },
};

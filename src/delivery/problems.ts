import { IN_CLUSTER } from '../model/cluster';
import { parseCron, nextFire } from '../model/delivery/cron';
import { notificationProblems } from './notification-problems';
import { repositoryUrlProblems } from '../model/delivery/repository-url';
import type { Environment, Repository } from '../model/environment';
import type { Problem } from '../model/errors';
import { clustersOf } from '../model/clusters';
import { describeObject, type KubeObject } from '../model/kube';
import { applicationNames } from './application-set';
import { deliveries } from './files';
import { fleetProblems } from './fleet-problems';
import { hubOf, hubs } from './hubs';
import { locateBase } from './locate';
import { resolvePolicy } from './policy';
import { describeWindow } from './windows-at';
import { everAllows } from './window-state';

const BASE = 'environments/base.yaml';

/** What is wrong with delivery that no single field's schema can tell. */
export function deliveryProblems(repository: Repository): Problem[] {
  return [
    ...repositoryUrlProblems(repository.values.repository.url, locateBase(repository, ['repository', 'url'])),
    ...loginProblems(repository),
    ...monitoringProblems(repository),
    ...notificationProblems(repository),
    ...nameProblems(repository),
    ...repository.environments.flatMap((environment) => [
      ...hubProblems(repository, environment),
      ...homeProblems(repository, environment),
      ...fleetProblems(repository, environment),
      ...syncProblems(environment),
      ...windowProblems(environment),
    ]),
  ];
}

function hubProblems(repository: Repository, environment: Environment): Problem[] {
  const { name, server, hub } = environment.cluster;
  const found = hubOf(repository.values, name);
  const at = environment.locate(['cluster']);
  if (found === undefined) {
    const cause =
      hub === undefined
        ? `cluster "${name}" is not registered with any Argo CD`
        : `cluster "${name}" names the hub "${hub}", which is no cluster`;
    return [
      {
        code: 'cluster-without-hub',
        cause,
        consequence: `Nothing would deploy stage "${environment.name}".`,
        remedy: `Set clusters.${name}.hub in ${BASE} to the cluster whose Argo CD deploys there.`,
        at,
      },
    ];
  }
  if (found === name || server !== IN_CLUSTER) return [];
  return [
    {
      code: 'cluster-address',
      cause: `cluster "${name}" is deployed to from "${found}", and its server is the in-cluster address`,
      consequence: `Stage "${environment.name}" would be deployed into "${found}" itself.`,
      remedy: `Set clusters.${name}.server in ${BASE} to the address by which "${found}" reaches it.`,
      at,
    },
  ];
}

/** Whoever may write where Argo CD runs may write projects, and with them permit themselves anything. */
function homeProblems(repository: Repository, environment: Environment): Problem[] {
  const { namespace } = repository.values.delivery.argocd;
  const { apps, locate, namespaces } = environment;
  const homes = hubs(repository).map(({ hub }) => hub);
  const home = clustersOf(repository.values, environment).find(({ name }) => homes.includes(name));
  if (home === undefined || !namespaces.includes(namespace)) return [];
  const app = apps.find((each) => each.values.namespace === namespace);
  return [
    {
      code: 'namespace-reserved',
      cause: `the namespace "${namespace}" is where the Argo CD of cluster "${home.name}" runs`,
      consequence: `Stage "${environment.name}" could give itself every permission, and Argo CD would go with it.`,
      remedy: 'Choose another namespace, or set delivery.argocd.namespace in base.yaml.',
      at: app === undefined ? locate(['namespace']) : app.locate(['namespace']),
    },
  ];
}

function syncProblems(environment: Environment): Problem[] {
  const { sync } = environment.values;
  const { mode } = resolvePolicy(environment);
  const idle = (['prune', 'selfHeal', 'allowEmpty'] as const).filter((key) => sync[key] === true);
  return [
    ...(mode === 'manual'
      ? idle.map((key) => ({
          code: 'sync-not-automatic',
          cause: `sync.${key} has no effect in a stage that is synced by hand`,
          consequence: 'Argo CD knows it only as a part of automated sync.',
          remedy: 'Remove it, or set sync.mode to auto.',
          at: environment.locate(['sync', key]),
        }))
      : []),
    ...contradictions(environment),
  ];
}

function contradictions(environment: Environment): Problem[] {
  const { options, serverSideApply } = environment.values.sync;
  const has = new Set<string>(options);
  const both = [
    has.has('Validate=true') && has.has('Validate=false') ? ['Validate=true', 'Validate=false'] : [],
    has.has('Replace=true') && serverSideApply ? ['Replace=true', 'serverSideApply: true'] : [],
  ].filter((pair) => pair.length > 0);
  return both.map(([one, other]) => ({
    code: 'sync-options-conflict',
    cause: `sync says both ${one} and ${other}`,
    consequence: 'Argo CD follows one of the two without a word.',
    remedy: 'Keep one of them.',
    at: environment.locate(['sync', 'options']),
  }));
}

function windowProblems(environment: Environment): Problem[] {
  const { windows } = environment.values;
  const found: Problem[] = [];
  const seen = new Set<string>();
  windows.forEach((window, index) => {
    const at = environment.locate(['windows', index, 'schedule']);
    const cron = parseCron(window.schedule);
    if (!('error' in cron) && nextFire(cron, Date.UTC(2024, 0, 1)) === undefined) {
      found.push({
        code: 'window-never-opens',
        cause: `the schedule "${window.schedule}" never comes up`,
        consequence: `Argo CD takes a window that never opens for one that is always open.`,
        remedy: 'Write a day that exists in that month.',
        at,
      });
    }
    const { kind, schedule, duration, timeZone } = window;
    const key = JSON.stringify([kind, schedule, duration, timeZone]);
    if (seen.has(key)) {
      found.push({
        code: 'window-twice',
        cause: `${describeWindow(window)} stands there twice`,
        consequence: 'Argo CD refuses a project with two equal windows.',
        remedy: 'Remove one of them.',
        at,
      });
    }
    seen.add(key);
  });
  if (found.length > 0 || windows.length === 0) return found;
  const manual = resolvePolicy(environment).mode === 'manual';
  if (everAllows(windows, manual)) return [];
  return [
    {
      code: 'windows-never-allow',
      cause: `the windows of stage "${environment.name}" never allow a ${manual ? '' : 'automatic '}sync`,
      consequence: 'Nothing that is promoted to it would ever be deployed.',
      remedy: 'Shorten a deny window, add an allow window, or set manualSync where a person may sync.',
      at: environment.locate(['windows']),
    },
  ];
}

function loginProblems(repository: Repository): Problem[] {
  const { oidc, url, adminAccount } = repository.values.delivery.argocd;
  const path = ['delivery', 'argocd'];
  return [
    ...(oidc !== undefined && url === undefined
      ? [
          {
            code: 'oidc-without-url',
            cause: 'delivery.argocd.oidc needs delivery.argocd.url',
            consequence: 'The identity provider would not know where to send people back to.',
            remedy: 'Set url to the address of the user interface.',
            at: locateBase(repository, [...path, 'oidc']),
          },
        ]
      : []),
    ...(oidc === undefined && adminAccount === false
      ? [
          {
            code: 'nobody-can-log-in',
            cause: 'delivery.argocd.adminAccount is false, and there is no oidc',
            consequence: 'Nobody could log in to Argo CD.',
            remedy: 'Set oidc, or leave the admin account on.',
            at: locateBase(repository, [...path, 'adminAccount']),
          },
        ]
      : []),
  ];
}

/** Two stages, or a stage and an app, can lead to the same name: `prod` with app `eu` and stage `prod-eu`. */
function nameProblems(repository: Repository): Problem[] {
  return deliveries(repository, new Map()).flatMap(({ foundation, stages }) => {
    const seen = new Set(foundation.map(describeObject));
    return stages.flatMap(({ environment, objects }) =>
      objects
        .flatMap((object) => namesOf(object, repository, environment))
        .flatMap((name): Problem[] => {
          if (!seen.has(name)) {
            seen.add(name);
            return [];
          }
          return [
            {
              code: 'application-name-twice',
              cause: `stage "${environment.name}" and another one both need the ${name}`,
              consequence: 'The one would be overwritten by the other.',
              remedy: 'Rename the stage or the app.',
              at: environment.locate([]),
            },
          ];
        }),
    );
  });
}

/** An object, and the Applications that it is a set of. */
function namesOf(object: KubeObject, repository: Repository, environment: Environment): string[] {
  const applications = applicationNames(repository, environment, object).map((name) =>
    describeObject({ ...object, kind: 'Application', metadata: { ...object.metadata, name } }),
  );
  return [...new Set([describeObject(object), ...applications])];
}

function monitoringProblems(repository: Repository): Problem[] {
  const { clusters, delivery } = repository.values;
  if (delivery.argocd.monitoring === undefined) return [];
  const without = hubs(repository).filter(
    ({ hub }) => !clusters[hub]!.provides.includes('prometheus-operator'),
  );
  return without.map(({ hub }) => ({
    code: 'monitoring-without-operator',
    cause: `delivery.argocd.monitoring is set, and cluster "${hub}" does not provide prometheus-operator`,
    consequence: 'The API server would refuse the ServiceMonitor: it does not know the kind.',
    remedy: `Once it is installed there, add prometheus-operator to clusters.${hub}.provides in ${BASE}.`,
    at: locateBase(repository, ['delivery', 'argocd', 'monitoring']),
  }));
}

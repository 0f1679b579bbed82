import type { App } from '../../model/environment';
import type { Problem } from '../../model/errors';
import { suggest } from '../../model/nearest';
import { containersOf, podOf, portsOfPod, type Container, type PodValues, type Probe } from './pod';
import type { AppRule } from './rule';

type Path = readonly PropertyKey[];

/** Containers of a pod share one address, and the ports of a Service one list. */
export const portsDiffer: AppRule = {
  name: 'ports-differ',
  check: (app) => {
    const pod = podOf(app);
    if (!pod) return [];
    const seen = new Map<string, string>();
    const once = (key: string, cause: (first: string) => string, name: string, path: Path): Problem[] => {
      const first = seen.get(key);
      if (first === undefined) seen.set(key, name);
      if (first === undefined) return [];
      return [
        { code: 'port-twice', cause: cause(first), remedy: 'Give each its own.', at: app.locate(path) },
      ];
    };
    return portsOfPod(pod).flatMap(({ path, ports }) =>
      Object.entries(ports).flatMap(([name, { containerPort, protocol, servicePort }]) => {
        const here = [...path, 'ports', name];
        const clash = (what: string, n: number) => (first: string) =>
          `${what} ${n} of the port "${name}" is that of the port "${first}" too`;
        return [
          ...once(`name ${name}`, () => `two containers of ${app.name} have a port "${name}"`, name, here),
          ...once(`container ${containerPort}/${protocol}`, clash('containerPort', containerPort), name, [
            ...here,
            'containerPort',
          ]),
          ...(servicePort === undefined
            ? []
            : once(`service ${servicePort}/${protocol}`, clash('servicePort', servicePort), name, [
                ...here,
                'servicePort',
              ])),
        ];
      }),
    );
  },
};

/** Probes and hooks ask a port by its name or number; a name counts within its container. */
export const askedPortsExist: AppRule = {
  name: 'asked-ports-exist',
  check: (app) => {
    const pod = podOf(app);
    if (!pod) return [];
    const hook = pod.preStop?.httpGet;
    const ofHook = hook ? missing(app, pod, hook.port, pod.ports, ['preStop', 'httpGet', 'port']) : [];
    return [...containersOf(pod).flatMap((container) => ofProbes(app, pod, container)), ...ofHook];
  },
};

function ofProbes(app: App, pod: PodValues, { path, values }: Container): Problem[] {
  return (['startup', 'readiness', 'liveness'] as const).flatMap((check) => {
    const asked = askedBy(values.probes[check]);
    if (!asked) return [];
    return missing(app, pod, asked.port, values.ports, [...path, 'probes', check, asked.way, 'port']);
  });
}

function askedBy(probe: Probe | undefined): { way: string; port: string | number } | undefined {
  for (const way of ['httpGet', 'tcpSocket', 'grpc'] as const) {
    const port = probe?.[way]?.port;
    if (port !== undefined) return { way, port };
  }
  return undefined;
}

function missing(
  app: App,
  pod: PodValues,
  port: string | number,
  own: PodValues['ports'],
  path: Path,
): Problem[] {
  const known =
    typeof port === 'string'
      ? port in own
      : portsOfPod(pod).some(({ ports }) => Object.values(ports).some((p) => p.containerPort === port));
  if (known) return [];
  return [
    {
      code: 'unknown-port',
      cause: `${path.filter((step) => step !== 'port').join('.')} of ${app.name} asks the port ${port}, which is none of its ports`,
      consequence: 'The check would never succeed.',
      remedy: suggest(String(port), Object.keys(own), `Add it under "ports" of ${app.name}.`),
      at: app.locate(path),
    },
  ];
}

/** What comes in by an Ingress or a route comes in through the Service. */
export const exposedPortsAreServed: AppRule = {
  name: 'exposed-ports-are-served',
  check: (app) => {
    const pod = podOf(app) as
      (PodValues & Partial<Record<'ingress' | 'route', { port: string }>>) | undefined;
    if (!pod) return [];
    const all = portsOfPod(pod).flatMap(({ ports }) => Object.entries(ports));
    const served = all.filter(([, { servicePort }]) => servicePort !== undefined).map(([name]) => name);
    return (['ingress', 'route'] as const).flatMap((key) => {
      const port = pod[key]?.port;
      if (port === undefined || served.includes(port)) return [];
      const there = all.some(([name]) => name === port);
      return [
        {
          code: 'unknown-port',
          cause: `${key} of ${app.name} leads to the port "${port}", which its Service does not carry`,
          remedy: there ? `Give the port "${port}" a servicePort.` : suggest(port, served, 'Add the port.'),
          at: app.locate([key, 'port']),
        },
      ];
    });
  },
};

/** Only a Service has ports of its own. */
export const servicePortsHaveService: AppRule = {
  name: 'service-ports-have-a-service',
  check: (app) => {
    const pod = podOf(app);
    if (!pod || 'service' in pod) return [];
    return portsOfPod(pod).flatMap(({ path, ports }) =>
      Object.entries(ports)
        .filter(([, { servicePort }]) => servicePort !== undefined)
        .map(([name]) => ({
          code: 'port-without-service',
          cause: `the port "${name}" of ${app.name} has a servicePort, and an app of kind ${app.kind} has no Service`,
          consequence: 'It would have no effect.',
          remedy: 'Delete it, or use kind: service.',
          at: app.locate([...path, 'ports', name, 'servicePort']),
        })),
    );
  },
};

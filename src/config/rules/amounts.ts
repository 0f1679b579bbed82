import type { App, Environment } from '../../model/environment';
import type { Problem } from '../../model/errors';
import { quantity } from '../../model/quantity';
import { containersOf, podOf } from './pod';
import type { AppRule, StageRule } from './rule';

const NAMES = ['cpu', 'memory', 'ephemeral-storage'] as const;
type Amounts = { readonly [name in (typeof NAMES)[number]]?: string | undefined };

/** Where the first amount is more than the second: their name, and both as written. */
function exceeding(more: Amounts | undefined, less: Amounts | undefined): [string, string, string][] {
  if (more === undefined || less === undefined) return [];
  return NAMES.flatMap((name): [string, string, string][] => {
    const [a, b] = [more[name], less[name]];
    if (a === undefined || b === undefined) return [];
    const [x, y] = [quantity(a), quantity(b)];
    return x !== undefined && y !== undefined && x > y ? [[name, a, b]] : [];
  });
}

/** https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/ */
export const requestsFitLimits: AppRule = {
  name: 'requests-fit-limits',
  check: (app) =>
    resourcesOf(app).flatMap(({ path, limits, requests }) =>
      exceeding(requests, limits).map(([name, request, limit]) => ({
        code: 'request-exceeds-limit',
        cause: `${[...path, 'requests', name].join('.')} of ${app.name} is ${request}, and its limit is ${limit}`,
        consequence: 'Kubernetes would refuse the pod.',
        remedy: 'Raise the limit or lower the request.',
        at: app.locate([...path, 'requests', name]),
      })),
    ),
};

/** https://kubernetes.io/docs/concepts/policy/limit-range/ */
export const resourcesFitRange: AppRule = {
  name: 'resources-fit-range',
  check: (app, { values }) =>
    resourcesOf(app).flatMap(({ path, limits, requests }): Problem[] => [
      ...exceeding(limits, values.limitRange?.max).map(([name, limit, max]) => ({
        code: 'outside-limit-range',
        cause: `${[...path, 'limits', name].join('.')} of ${app.name} is ${limit}, and limitRange.max allows ${max}`,
        consequence: 'Kubernetes would refuse the pod.',
        remedy: 'Lower the limit, or raise limitRange.max of the stage.',
        at: app.locate([...path, 'limits', name]),
      })),
      ...exceeding(values.limitRange?.min, requests).map(([name, min, request]) => ({
        code: 'outside-limit-range',
        cause: `${[...path, 'requests', name].join('.')} of ${app.name} is ${request}, and limitRange.min wants ${min}`,
        consequence: 'Kubernetes would refuse the pod.',
        remedy: 'Raise the request, or lower limitRange.min of the stage.',
        at: app.locate([...path, 'requests', name]),
      })),
    ]),
};

/** A LimitRange whose parts contradict each other is refused by the API server. */
export const limitRangeIsOrdered: StageRule = {
  name: 'limit-range-is-ordered',
  check: (environment) =>
    (
      [
        ['min', 'defaultRequest'],
        ['defaultRequest', 'default'],
        ['default', 'max'],
        ['min', 'default'],
        ['defaultRequest', 'max'],
        ['min', 'max'],
      ] as const
    ).flatMap(([less, more]) => disordered(environment, less, more)),
};

type Part = 'min' | 'defaultRequest' | 'default' | 'max';

function disordered({ locate, values }: Environment, less: Part, more: Part): Problem[] {
  return exceeding(values.limitRange?.[less], values.limitRange?.[more]).map(([name, low, high]) => ({
    code: 'limit-range-order',
    cause: `limitRange.${less}.${name} is ${low}, which is more than limitRange.${more}.${name}, ${high}`,
    consequence: 'Kubernetes would refuse the LimitRange.',
    remedy: 'Write them so that min ≤ defaultRequest ≤ default ≤ max.',
    at: locate(['limitRange', less, name]),
  }));
}

function resourcesOf(app: App): readonly { path: string[]; limits: Amounts; requests: Amounts }[] {
  const pod = podOf(app);
  if (!pod) return [];
  return containersOf(pod).map(({ path, values }) => ({ path: [...path, 'resources'], ...values.resources }));
}

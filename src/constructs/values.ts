import { k8s } from 'cdk8s-plus-28';
import type { z } from 'zod';
import { UserError, type Problem } from '../model/errors';
import { sortedKeys } from '../model/maps';
import type { auxiliaryContainer, containerShape, podShape, probe } from '../model/values/container';
import type { jobProps, serviceProps, statefulProps, workerProps } from '../model/values/workloads';
import type { BaseApp } from './base-app';
import type { ComponentProps } from './component';

// The values as the schemas leave them, defaults filled in.
export type PodValues = z.output<z.ZodObject<typeof containerShape & typeof podShape>>;
export type AuxiliaryValues = z.output<typeof auxiliaryContainer>;
export type PortsValues = PodValues['ports'];
export type ProbeValues = z.output<typeof probe>;
export type ResourcesValues = PodValues['resources'];
export type SecurityValues = PodValues['security'];
export type UnhardenedValues = PodValues['unhardened'];
export type VolumeValues = PodValues['volumes'][string];
export type ServiceAppValues = z.output<typeof serviceProps>;
export type WorkerValues = z.output<typeof workerProps>;
export type StatefulValues = z.output<typeof statefulProps>;
export type JobValues = z.output<typeof jobProps>;

/** Values checked and with their defaults. @throws UserError with every problem at once. */
export function parseOrThrow<S extends z.ZodType>(
  schema: S,
  value: unknown,
  name: string,
  more: Pick<Problem, 'at' | 'consequence'> = {},
): z.output<S> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw new UserError(
    result.error.issues.map((issue): Problem => {
      const path = issue.path.map(String).join('.');
      const cause = `${name}: ${path === '' ? '' : `${path}: `}${issue.message}`;
      return { code: 'invalid-props', cause, ...more };
    }),
  );
}

const checked = new WeakSet<object>();

/** Marks props that the schema of an app has checked: a second check would take a tenth of the time of rendering. */
export function asChecked(props: object): object {
  checked.add(props);
  return props;
}

/** What a component was given, checked and with its defaults. */
export function parseProps<S extends z.ZodType>(
  app: BaseApp,
  name: string,
  schema: S,
  props: ComponentProps,
): z.output<S> {
  if (checked.has(props)) return props as z.output<S>;
  const { name: _name, ...values } = props;
  return parseOrThrow(schema, values, name, {
    consequence: `The app "${app.app.name}" cannot be rendered in "${app.environment.name}".`,
    at: app.app.locate([]),
  });
}

/** A problem of an app, reported where its entry stands. */
export function appProblem(app: BaseApp, path: readonly PropertyKey[], problem: Omit<Problem, 'at'>) {
  return new UserError({ ...problem, at: app.app.locate(path) });
}

/** Entries by name, so that the order of writing does not show. */
export function sortedEntries<T>(record: Readonly<Record<string, T>>): [string, T][] {
  const entries = Object.entries(record);
  return entries.length > 1 ? entries.sort(([a], [b]) => (a < b ? -1 : 1)) : entries;
}

// Taken out once: each look at a class of cdk8s-plus-28 calls three getters, and a pod has twenty of these values.
const { IntOrString, Quantity } = k8s;

export const quantityOf = (value: string | number): k8s.Quantity => Quantity.fromString(String(value));

export const quantitiesOf = (
  record: Readonly<Record<string, string | number | undefined>>,
): Record<string, k8s.Quantity> => {
  const quantities: Record<string, k8s.Quantity> = {};
  for (const name of sortedKeys(record)) {
    const value = record[name];
    if (value !== undefined) quantities[name] = quantityOf(value);
  }
  return quantities;
};

export const intOrString = (value: string | number): k8s.IntOrString =>
  typeof value === 'number' ? IntOrString.fromNumber(value) : IntOrString.fromString(value);

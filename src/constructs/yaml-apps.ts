import type { Construct } from 'constructs';
import type { z } from 'zod';
import { areChecked } from '../model/environment';
import { appShape, type AppValues } from '../model/values/app-shape';
import { SOURCE_KEYS } from '../model/values/secrets';
import { BaseApp, type AppProps } from './base-app';
import { HttpService } from './http-service';
import { OneOffJob } from './one-off-job';
import { ScheduledJob } from './scheduled-job';
import { StatefulApp } from './stateful-app';
import { asChecked } from './values';
import { Worker } from './worker';

/** What builds an app: `new (scope, id, { environment, app, values })`. */
export type AppBuilder = new (scope: Construct, id: string, props: AppProps<never>) => BaseApp;

/** An app of your own: a class that extends {@link BaseApp} and has the schema of its values. */
export type AppConstructor = AppBuilder & { readonly values: z.ZodType };

/** The values of an app without those that belong to the app as a whole: what its one component takes. */
const componentValues = (values: AppValues): object => ({
  ...without(values, APP_KEYS),
  secrets: Object.fromEntries(
    Object.entries(values.secrets).map(([name, secret]) => [name, without(secret, SECRET_KEYS)]),
  ),
});

const APP_KEYS: ReadonlySet<string> = new Set(Object.keys(appShape));
const SECRET_KEYS: ReadonlySet<string> = new Set(SOURCE_KEYS);

function without<T extends object>(record: T, keys: ReadonlySet<string>): object {
  const rest: Partial<T> = {};
  for (const key of Object.keys(record) as (keyof T & string)[]) if (!keys.has(key)) rest[key] = record[key];
  return rest;
}

/** An app that is one component, with the values of the app. */
function appOf<Props>(Component: new (scope: BaseApp, id: string, props: Props) => unknown): AppBuilder {
  return class extends BaseApp {
    constructor(scope: Construct, id: string, props: AppProps) {
      super(scope, id, props);
      const values = componentValues(props.values);
      new Component(this, 'main', (areChecked(props.values) ? asChecked(values) : values) as Props);
    }
  };
}

/** What builds the apps that are YAML alone, by their kind. */
export const YAML_APPS: Readonly<Record<string, AppBuilder>> = {
  service: appOf(HttpService),
  worker: appOf(Worker),
  stateful: appOf(StatefulApp),
  job: appOf(OneOffJob),
  cronjob: appOf(ScheduledJob),
};

import type { Construct } from 'constructs';
import { appShape, type AppValues } from '../model/values/app-shape';
import type { ServiceProps } from '../model/values/workloads';
import { BaseApp, type AppProps } from './base-app';
import { HttpService } from './http-service';

/** A class that builds an app: `new (scope, id, { environment, app, values })`. */
export type AppConstructor = new (scope: Construct, id: string, props: AppProps<never>) => BaseApp;

/** The values of an app without those that belong to the app as a whole: what its one component takes. */
const componentValues = (values: AppValues): unknown =>
  Object.fromEntries(Object.entries(values).filter(([key]) => !Object.hasOwn(appShape, key)));

class ServiceApp extends BaseApp {
  constructor(scope: Construct, id: string, props: AppProps) {
    super(scope, id, props);
    new HttpService(this, 'main', componentValues(props.values) as ServiceProps);
  }
}

/** What builds the apps that are YAML alone, by their kind. */
export const YAML_APPS: Readonly<Record<string, AppConstructor>> = {
  service: ServiceApp,
};

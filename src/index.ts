/**
 * The public API of stageline: what apps under src/apps/, and constructs of your own, import.
 *
 * @packageDocumentation
 */
export { Construct } from 'constructs';
export { z } from 'zod';
export * from './constructs';
export { appValues } from './model/values/app-shape';
export * as values from './model/values';
export type {
  CronJobProps,
  JobProps,
  ServiceProps,
  StatefulProps,
  WorkerProps,
} from './model/values/workloads';
export { EXIT, UserError, type ExitCode, type Location, type Problem } from './model/errors';
export type { Cluster } from './model/cluster';
export type { App, Environment, Repository } from './model/environment';
export type { KubeObject } from './model/kube';

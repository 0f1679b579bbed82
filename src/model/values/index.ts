/** The building blocks of values: schemas to compose those of your own apps from. */
export * from './scalars';
export {
  auxiliaryContainer,
  configFile,
  probe,
  probes,
  resources,
  rollout,
  unhardened,
  volume,
} from './container';
export { network, patch } from './app-shape';
export { secretUse, secretUses } from './secrets';
export { autoscaling, disruptionBudget } from './workloads';

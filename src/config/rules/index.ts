import type { App, Environment } from '../../model/environment';
import type { Problem } from '../../model/errors';
import type { StageProblem } from '../blame';
import { limitRangeIsOrdered, requestsFitLimits, resourcesFitRange } from './amounts';
import { clusterLetsIn } from './exposure';
import { namespacesAreNotShared, namespacesAreOurs, namespacesAreShort } from './namespaces';
import { objectNamesDiffer, renamesAreReal } from './names';
import { callsExist } from './network';
import * as pods from './pods';
import { askedPortsExist, exposedPortsAreServed, portsDiffer, servicePortsHaveService } from './ports';
import { addressHasNoSecrets, serversHaveNoSecrets } from './repository';
import { sealedIsNoCopy, sealedIsOfAStage } from './secrets';
import type { AppRule, Facts, RepositoryRule, StageRule, Trait } from './rule';

export type { Facts, Trait } from './rule';

export const REPOSITORY_RULES: readonly RepositoryRule[] = [
  addressHasNoSecrets,
  namespacesAreNotShared,
  sealedIsNoCopy,
  serversHaveNoSecrets,
];

export const STAGE_RULES: readonly StageRule[] = [
  limitRangeIsOrdered,
  namespacesAreOurs,
  namespacesAreShort,
  objectNamesDiffer,
];

export const APP_RULES: readonly AppRule[] = [
  askedPortsExist,
  callsExist,
  clusterLetsIn,
  exposedPortsAreServed,
  pods.claimTemplatesAreStateful,
  pods.containerNamesDiffer,
  pods.metricsAreServed,
  pods.mountPathsDiffer,
  pods.mountsExist,
  pods.preStopFits,
  pods.schedulesAreReal,
  portsDiffer,
  renamesAreReal,
  requestsFitLimits,
  resourcesFitRange,
  sealedIsOfAStage,
  servicePortsHaveService,
];

/** What is wrong with the repository as a whole. */
export const checkRepository = (facts: Facts, traits?: ReadonlySet<Trait>): readonly Problem[] =>
  REPOSITORY_RULES.filter(isAbout(traits)).flatMap((rule) => rule.check(facts));

/** What is wrong with a stage, each of its apps by itself aside. */
export const checkStage = (
  environment: Environment,
  facts: Facts,
  traits?: ReadonlySet<Trait>,
): readonly Problem[] =>
  STAGE_RULES.filter(isAbout(traits)).flatMap((rule) => rule.check(environment, facts));

/** @param traits what some app has. @default anything */
const isAbout =
  (traits: ReadonlySet<Trait> | undefined) =>
  ({ concerns }: { readonly concerns?: Trait }): boolean =>
    !traits || concerns === undefined || traits.has(concerns);

/** What is wrong with an app of a stage. */
export function checkApp(app: App, environment: Environment, facts: Facts): readonly Problem[] {
  const found: Problem[] = [];
  for (const rule of APP_RULES)
    for (const problem of rule.check(app, environment, facts)) found.push(problem);
  return found;
}

/** What is wrong with each stage, and with each app in it. */
export function checkStages(facts: Facts): readonly StageProblem[] {
  const found: StageProblem[] = [];
  for (const environment of facts.environments) {
    const stage = environment.name;
    for (const problem of checkStage(environment, facts)) found.push({ stage, problem });
    for (const app of environment.apps)
      for (const problem of checkApp(app, environment, facts)) found.push({ stage, problem });
  }
  return found;
}

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
import type { AppRule, Facts, RepositoryRule, StageRule } from './rule';

export type { Facts } from './rule';

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
export const checkRepository = (facts: Facts): readonly Problem[] =>
  REPOSITORY_RULES.flatMap((rule) => rule.check(facts));

/** What is wrong with each stage, and with each app in it. */
export function checkStages(facts: Facts): readonly StageProblem[] {
  const found: StageProblem[] = [];
  for (const environment of facts.environments) {
    const stage = environment.name;
    for (const rule of STAGE_RULES)
      for (const problem of rule.check(environment, facts)) found.push({ stage, problem });
    for (const app of environment.apps)
      for (const rule of APP_RULES)
        for (const problem of rule.check(app, environment, facts)) found.push({ stage, problem });
  }
  return found;
}

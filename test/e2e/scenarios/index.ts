import type { Scenario } from '../harness/scenario';
import { autoscalingScenario } from './autoscaling';
import { bootstrapScenario, upgradeScenario } from './bootstrap';
import { podSecurityScenario, quotaScenario } from './admission';
import { brokenScenario } from './broken';
import { chartScenario } from './chart';
import { clusterScenario } from './cluster';
import { commitStatusScenario } from './commit-status';
import { healedScenario, reportedScenario } from './drift';
import { fleetScenario } from './fleet';
import { hooksScenario } from './hooks';
import { hundredScenario } from './hundred';
import { networkScenario } from './network';
import { notificationsScenario } from './notifications';
import { defaultProjectScenario, projectScenario, rbacScenario } from './projects';
import { policiesScenario } from './policies';
import { promotionScenario } from './promotion';
import { planScenario, pulumiScenario } from './pulumi';
import { removalScenario } from './removal';
import { rootScenario } from './root-owner';
import { externalSecretsScenario, sealedSecretsScenario } from './sealed-secrets';
import { dryRunScenario, stagesScenario } from './stages';
import { windowScenario } from './windows';

/** In the order in which they run: later ones find what earlier ones left. */
export const SCENARIOS: readonly Scenario[] = [
  clusterScenario,
  sealedSecretsScenario,
  externalSecretsScenario,
  policiesScenario,
  bootstrapScenario,
  planScenario,
  chartScenario,
  dryRunScenario,
  stagesScenario,
  podSecurityScenario,
  quotaScenario,
  networkScenario,
  autoscalingScenario,
  healedScenario,
  reportedScenario,
  projectScenario,
  defaultProjectScenario,
  rbacScenario,
  windowScenario,
  promotionScenario,
  hooksScenario,
  notificationsScenario,
  commitStatusScenario,
  fleetScenario,
  removalScenario,
  brokenScenario,
  upgradeScenario,
  pulumiScenario,
  rootScenario,
  hundredScenario,
];

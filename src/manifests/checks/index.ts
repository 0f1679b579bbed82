import type { Problem } from '../../model/errors';
import type { RenderedStage } from '../../model/rendered';
import { configData } from './config-data';
import { imageRules } from './image-rules';
import { hosts } from './hosts';
import { images } from './images';
import { labels } from './labels';
import { names } from './names';
import { namespaces } from './namespaces';
import { podSecurity } from './pod-security';
import { providers } from './providers';
import { access } from './references/access';
import { autoscalers } from './references/autoscalers';
import { insidePods } from './references/inside-pods';
import { podReferencesResolve } from './references/pods';
import { routes } from './references/routes';
import { selecting } from './references/selecting';
import { services } from './references/services';
import { StageView, toProblem, type Rule, type ScopeOf } from './rule';
import { selectors } from './selectors';
import { unique } from './unique';

/** Every check, by name; the name is the code of the problems it finds. */
export const RULES: readonly Rule[] = [
  unique,
  hosts,
  names,
  labels,
  configData,
  namespaces,
  providers,
  images,
  imageRules,
  insidePods,
  podReferencesResolve,
  services,
  routes,
  autoscalers,
  selecting,
  access,
  selectors,
  podSecurity,
];

export type { Rule, ScopeOf } from './rule';

/**
 * Checks everything that the stages render, as one: all problems of all rules.
 *
 * @param stages what is rendered, or was rendered before where a stage is pinned
 * @param scope where objects of a kind live, as the schemas of a cluster's version say
 */
export function checkStages(stages: readonly RenderedStage[], scope: ScopeOf): Problem[] {
  const world = { stages: stages.map((stage) => new StageView(stage)), scope };
  return RULES.flatMap((rule) => [...rule.check(world)].map((finding) => toProblem(rule.name, finding)));
}

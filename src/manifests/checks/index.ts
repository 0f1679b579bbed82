import type { Problem } from '../../model/errors';
import type { KubeObject } from '../../model/kube';
import type { RenderedStage, StageFacts } from '../../model/rendered';
import type { SchemaValidator } from '../schema/validator';
import { configData } from './config-data';
import { imageRules } from './image-rules';
import { hooks } from './hooks';
import { hosts } from './hosts';
import { images } from './images';
import { labels } from './labels';
import { names } from './names';
import { namespaces } from './namespaces';
import { outlinesOf } from './outline';
import { podSecurity } from './pod-security';
import { providers } from './providers';
import { access } from './references/access';
import { autoscalers } from './references/autoscalers';
import { insidePods } from './references/inside-pods';
import { podReferencesResolve } from './references/pods';
import { routes } from './references/routes';
import { selecting } from './references/selecting';
import { services } from './references/services';
import { toProblem, type Rule, type ScopeOf } from './rule';
import { selectors } from './selectors';
import { StageView } from './stage-view';
import { unique } from './unique';

/** Every check, by name; the name is the code of the problems it finds. */
export const RULES: readonly Rule[] = [
  unique,
  hosts,
  names,
  labels,
  configData,
  namespaces,
  hooks,
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

export { outlineOf } from './outline';
export type { Rule, ScopeOf } from './rule';

/**
 * Checks everything that the stages render, as one: all problems of all rules.
 *
 * @param stages what is rendered, or was rendered before where a stage is pinned
 * @param scope where objects of a kind live, as the schemas of a cluster's version say
 * @param unproven the same stages with the files that were not found right by themselves
 */
export function checkStages(
  stages: readonly RenderedStage[],
  scope: ScopeOf,
  unproven: readonly RenderedStage[] = stages,
): Problem[] {
  const each = { stages: unproven.map((stage) => new StageView(stage)), scope };
  const all = { stages: stages.map((stage) => new StageView(stage, outlinesOf)), scope };
  return RULES.flatMap((rule) =>
    [...rule.check(rule.of === 'each' ? each : all)].map((finding) => toProblem(rule.name, finding)),
  );
}

/** Whether every rule of single objects holds for these objects of a stage. */
export function holdAlone(
  facts: StageFacts,
  objects: readonly KubeObject[],
  scope: SchemaValidator['scope'],
): boolean {
  const at = { file: '' };
  const files = [{ path: '', source: '', at, objects }];
  const stage = new StageView({ ...facts, existing: [], acknowledged: [], at, files });
  const world = { stages: [stage], scope };
  return RULES.every((rule) => rule.of === 'all' || isEmpty(rule.check(world)));
}

function isEmpty(findings: Iterable<unknown>): boolean {
  return findings[Symbol.iterator]().next().done === true;
}

import { ApiObject, type Chart } from 'cdk8s';
import { UserError, type Problem } from '../model/errors';
import type { KubeMetadata, KubeObject } from '../model/kube';
import { afterRendering } from './after-rendering';
import type { BaseApp } from './base-app';
import { builtInScope } from './kinds';
import { isEmpty, sorted } from './kube-resource';
import { applyPatch, targetOf, type Patch } from './patches';
import { SYNC_WAVE, waveAnnotation, waveOf } from './sync-waves';

/**
 * Puts on every object of an app what all of them have, however they were made: the annotations of the app, the sync
 * wave of their kind, no namespace where the kind has none, and last the app's patches. It is done when cdk8s
 * validates, which it does before every kind of synth and after the last object was added.
 */
export function finishOnSynth(app: BaseApp): void {
  const finished = new Set<ApiObject>();
  app.node.addValidation({
    validate: () => {
      const objects = objectsOf(app);
      const added = objects.filter((object) => !finished.has(object));
      for (const object of added) {
        finished.add(object);
        afterRendering(object, (rendered) => finish(app, rendered));
      }
      if (added.length > 0 && app.values.patches.length > 0) addPatches(app, objects);
      return [];
    },
  });
}

/** The objects of an app, those of nested charts apart. */
export function objectsOf(app: Chart): ApiObject[] {
  const objects: ApiObject[] = [];
  for (const node of app.node.findAll())
    if (node instanceof ApiObject && node.chart === app) objects.push(node);
  return objects;
}

function finish(app: BaseApp, rendered: KubeObject): KubeObject {
  const { annotations, ...rest } = rendered.metadata;
  const wave = annotations?.[SYNC_WAVE] === undefined ? waveAnnotation(waveOf(rendered)) : {};
  const all = sorted({ ...app.values.annotations, ...wave, ...annotations });
  const metadata: Record<string, unknown> = isEmpty(all) ? {} : { annotations: all };
  for (const key of Object.keys(rest)) {
    if (key === 'namespace' && builtInScope(rendered.apiVersion, rendered.kind) === 'Cluster') continue;
    if (key !== 'labels' || !isEmpty(rest.labels)) metadata[key] = rest[key];
  }
  return { ...rendered, metadata: metadata as KubeMetadata };
}

/** Applies each patch once to see that it fits, so that all that do not are reported together; then for good. */
function addPatches(app: BaseApp, objects: readonly ApiObject[]): void {
  const problems: Problem[] = [];
  const chosen = new Map<ApiObject, Patch[]>();
  const rendered = new Map<ApiObject, KubeObject>();
  for (const [index, patch] of app.values.patches.entries()) {
    const locate = (key: string) => app.app.locate(['patches', index, key]);
    const found = targetOf(patch, objects);
    if ('problem' in found) {
      problems.push({ ...found.problem, at: locate(found.key) });
      continue;
    }
    const { target } = found;
    const result = applyPatch(rendered.get(target) ?? (target.toJson() as KubeObject), patch);
    if ('problem' in result) {
      problems.push({ ...result.problem, at: locate('path') });
      continue;
    }
    rendered.set(target, result.patched);
    chosen.set(target, [...(chosen.get(target) ?? []), patch]);
  }
  if (problems.length > 0) throw new UserError(problems);
  for (const [object, patches] of chosen) {
    afterRendering(object, (json) => patches.reduce(patched, json));
  }
}

function patched(object: KubeObject, patch: Patch): KubeObject {
  const result = applyPatch(object, patch);
  if ('patched' in result) return result.patched;
  throw new Error(`a patch that fitted before does not any more: ${result.problem.cause}`);
}

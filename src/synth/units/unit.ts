import { renderAppWithNotes, renderStageBase, type RenderedApp } from '../../constructs';
import { kindsOf } from '../../delivery';
import { holdAlone, outlineOf } from '../../manifests/checks';
import { emitFile } from '../../manifests/emit';
import { sha256 } from '../../manifests/publish';
import { readManifests } from '../../manifests/read';
import { createValidator, type SchemaValidator } from '../../manifests/schema/validator';
import type { KubernetesVersion } from '../../model/cluster';
import { groupsOf, isDefinition } from '../../model/kube';
import { getOrSet } from '../../model/maps';
import { stageFacts } from '../../model/rendered';
import { scanObject } from '../../secrets/objects';
import { appInputs } from '../inputs';
import type { Facts, Rendered, UnitInput } from './input';

/** Nobody is told where anything stands: what has a problem is rendered again by those who know. */
const at = { file: '' };
const nowhere = { locate: () => at };
const validators = new Map<KubernetesVersion, SchemaValidator>();

/**
 * Renders and checks one app of one stage, or what the stage has beside its apps. Undefined where anything is wrong with
 * it or needs a person's eye: then it is rendered once more, with the places in the input, and checked with all the rest.
 * The objects themselves are let go: they can be read from the text.
 *
 * @param forOther whether another thread is going to be told
 */
export function renderUnit(input: UnitInput, forOther = false): Rendered | undefined {
  const { kubernetes } = input.stage.cluster;
  const validator = getOrSet(validators, kubernetes, () => createValidator(kubernetes));
  try {
    const { objects, hardening, foreign, inputs } = render(input);
    let suspect = false;
    for (const object of objects) {
      // What a definition says holds for others, too.
      if (isDefinition(object)) return undefined;
      if (validator.validate(object).length > 0) return undefined;
      const held = scanObject(object);
      if (held.some(({ structural }) => structural)) return undefined;
      suspect ||= held.length > 0;
    }
    // Whether it is allowed, only the input of an app tells.
    if (suspect && !input.app) return undefined;
    // The reasons are kept, and rendered nowhere.
    if (scanObject({ hardening }).length > 0) return undefined;
    if (!holdAlone(stageFacts(input.stage), objects, validator.scope)) return undefined;
    const outlines = objects.map(outlineOf);
    const json = JSON.stringify(outlines);
    const text = input.text ?? emitFile({ path: '', source: input.source, at, objects });
    const size = Buffer.byteLength(text);
    const [hash, outlineHash] = [sha256(text), sha256(json)];
    const of = { kinds: kindsOf(objects), groups: groupsOf(objects) };
    const about = { ...of, inputs, hardening, foreign, ...(suspect && { suspect }) };
    const facts = { hash, size, outlineHash, ...about };
    return { text, outlines: forOther ? json : outlines, facts };
  } catch {
    return undefined;
  }
}

function render({ stage, app, text }: UnitInput): RenderedApp & Pick<Facts, 'inputs'> {
  const none = { hardening: [], foreign: [] };
  if (text !== undefined) return { objects: readManifests(text, ''), ...none };
  const environment = { ...stage, apps: [], ...nowhere };
  if (!app) return { objects: renderStageBase(environment), ...none };
  return { ...renderAppWithNotes(environment, { ...app, ...nowhere }), inputs: appInputs(app) };
}

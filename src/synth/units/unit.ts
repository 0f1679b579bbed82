import { renderAppWithNotes, renderStageBase, type RenderedApp } from '../../constructs';
import { kindsOf } from '../../delivery';
import { holdAlone, outlineOf } from '../../manifests/checks';
import { emitFile } from '../../manifests/emit';
import { sha256 } from '../../manifests/publish';
import { createValidator, type SchemaValidator } from '../../manifests/schema/validator';
import type { KubernetesVersion } from '../../model/cluster';
import { getOrSet } from '../../model/maps';
import { stageFacts } from '../../model/rendered';
import { scanObject } from '../../secrets/objects';
import { appInputs } from '../inputs';
import type { Rendered, UnitInput } from './input';

/** Nobody is told where anything stands: what has a problem is rendered again by those who know. */
const nowhere = { locate: () => ({ file: '' }) };
const validators = new Map<KubernetesVersion, SchemaValidator>();

/**
 * Renders and checks one app of one stage, or what the stage has beside its apps. Undefined where anything is wrong with
 * it or needs a person's eye: then it is rendered once more, with the places in the input, and checked with all the rest.
 * The objects themselves are let go: they can be read from the text.
 */
export function renderUnit(input: UnitInput): Rendered | undefined {
  const { kubernetes } = input.stage.cluster;
  const validator = getOrSet(validators, kubernetes, () => createValidator(kubernetes));
  try {
    const { objects, hardening, foreign } = render(input);
    for (const object of objects) {
      // What a definition says holds for others, too.
      if (object.kind === 'CustomResourceDefinition') return undefined;
      if (validator.validate(object).length > 0 || scanObject(object).length > 0) return undefined;
    }
    // The reasons are kept, and rendered nowhere.
    if (scanObject({ hardening }).length > 0) return undefined;
    if (!holdAlone(stageFacts(input.stage), objects, validator.scope)) return undefined;
    const outlines = JSON.stringify(objects.map(outlineOf));
    const text = emitFile({ path: '', source: input.source, at: { file: '' }, objects });
    const size = Buffer.byteLength(text);
    const [hash, outlineHash] = [sha256(text), sha256(outlines)];
    const inputs = input.app && appInputs(input.app);
    const facts = { hash, size, kinds: kindsOf(objects), outlineHash, inputs, hardening, foreign };
    return { text, outlines, facts };
  } catch {
    return undefined;
  }
}

function render({ stage, app }: UnitInput): RenderedApp {
  const environment = { ...stage, apps: [], ...nowhere };
  if (app) return renderAppWithNotes(environment, { ...app, ...nowhere });
  return { objects: renderStageBase(environment), hardening: [], foreign: [] };
}

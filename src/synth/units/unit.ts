import { renderAppWithNotes, type RenderedApp } from '../../constructs';
import { emitFile } from '../../manifests/emit';
import { sha256 } from '../../manifests/publish';
import { createValidator, type SchemaValidator } from '../../manifests/schema/validator';
import type { KubernetesVersion } from '../../model/cluster';
import type { App, Environment } from '../../model/environment';
import { getOrSet } from '../../model/maps';
import type { Proven } from '../../model/rendered';
import { scanObject } from '../../secrets/objects';

/** What one app of one stage is rendered from, as plain data: it can be hashed, and go to another thread. */
export interface UnitInput {
  readonly stage: StageInput;
  readonly app: AppInput;
  /** What the file's first line names as its source. */
  readonly source: string;
}

/** What an app sees of its stage: all but the other apps. */
export type StageInput = Omit<Environment, 'apps' | 'locate'>;
export type AppInput = Omit<App, 'locate'>;

/** One app of one stage as it is deployed, right by itself: it fits its schemas, and holds nothing like a credential. */
export interface Unit extends RenderedApp {
  readonly proven: Proven;
}

export function stageInput({ apps: _, locate: __, ...stage }: Environment): StageInput {
  return { ...stage, values: { ...stage.values, apps: {} } };
}

export function appInput({ locate: _, ...app }: App): AppInput {
  return app;
}

/** Nobody is told where anything stands: what has a problem is rendered again by those who know. */
const nowhere = { locate: () => ({ file: '' }) };
const validators = new Map<KubernetesVersion, SchemaValidator>();

/**
 * Renders and checks one app of one stage. Undefined where anything is wrong with it or needs a person's eye: then it is
 * rendered once more, with the places in the input, and checked with all the rest.
 */
export function renderUnit({ stage, app, source }: UnitInput): Unit | undefined {
  const { kubernetes } = stage.cluster;
  const validator = getOrSet(validators, kubernetes, () => createValidator(kubernetes));
  try {
    const rendered = renderAppWithNotes({ ...stage, apps: [], ...nowhere }, { ...app, ...nowhere });
    for (const object of rendered.objects)
      if (validator.validate(object).length > 0 || scanObject(object).length > 0) return undefined;
    const text = emitFile({ path: '', source, at: { file: '' }, objects: rendered.objects });
    return { ...rendered, proven: { hash: sha256(text), size: Buffer.byteLength(text), text } };
  } catch {
    return undefined;
  }
}

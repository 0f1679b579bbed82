import { join } from 'node:path';
import type { KubeObject } from '../../src/model/kube';
import type { RenderedStage } from '../../src/model/rendered';
import { renderAll } from '../../src/synth/prepare';

const root = join(__dirname, '../..');
let rendered: readonly RenderedStage[] | undefined;

/** All objects of one of the sample's stages, rendered from the working tree. */
export function renderSample(stage: string): readonly KubeObject[] {
  rendered ??= renderAll(root);
  return rendered.find(({ name }) => name === stage)!.files.flatMap(({ objects }) => objects);
}

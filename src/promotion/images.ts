import { valueIn } from '../config/yaml-edit';
import { text } from '../manifests/fields';
import { podTemplate } from '../manifests/checks/pods';
import { getOrSet } from '../model/maps';
import type { RenderedFile } from '../model/rendered';
import { appsOf, type StageSource } from './values';

/**
 * What a stage runs: of an app the image that its values name; of one that names none, such as a folder of manifests,
 * each that its pods run, as `<app>/<last part of the image's name>`, or as the app where both are called the same.
 */
export function imagesOf(stage: StageSource, files: readonly RenderedFile[]): Record<string, string> {
  const images = new Map<string, string>();
  for (const [app, values] of Object.entries(appsOf(stage))) {
    const image = valueIn(values, ['image']);
    if (typeof image === 'string') images.set(app, image);
    else for (const [name, run] of runBy(app, stage.name, files)) images.set(name, run);
  }
  return Object.fromEntries([...images].sort(([a], [b]) => (a < b ? -1 : 1)));
}

function runBy(app: string, stage: string, files: readonly RenderedFile[]): Map<string, string> {
  const file = files.find(({ path }) => path === `${stage}/${app}.yaml`);
  const found = new Map<string, Set<string>>();
  for (const object of file?.objects ?? []) {
    for (const { fields } of podTemplate(object)?.containers ?? []) {
      const image = text(fields['image']);
      if (image === undefined) continue;
      const name = lastPart(image);
      getOrSet(found, name === app ? app : `${app}/${name}`, () => new Set<string>()).add(image);
    }
  }
  return new Map([...found].map(([name, all]) => [name, [...all].sort().join(', ')]));
}

const lastPart = (image: string): string => image.replace(/@.*$/, '').split('/').at(-1)!.replace(/:.*$/, '');

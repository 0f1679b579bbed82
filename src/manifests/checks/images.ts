import { MOVING_TAG } from '../../model/values/scalars';
import { items, text } from '../fields';
import { parseImage } from '../image';
import { podRule, type Finding, type PodEntry } from './rule';

/** Every image says which one: by digest, or by a tag that does not say itself that it moves. */
export const images = podRule(
  'image-not-pinned',
  'Every image is a valid reference with a digest, or with a tag that does not end in latest.',
  (entry, found) => {
    for (const { path, reference } of imageFields(entry)) {
      const wrong = judge(reference);
      if (wrong !== undefined) found.push({ entry, field: path, ...wrong });
    }
  },
);

interface ImageField {
  readonly path: string;
  readonly reference: string | undefined;
}

/** Every image that a pod names, and where. */
export function imageFields({ pod }: PodEntry): readonly ImageField[] {
  const named = pod.containers.map(({ path, fields }): ImageField => ({
    path: `${path}.image`,
    reference: text(fields.image),
  }));
  for (const volume of items(pod.spec.volumes)) {
    if (volume.image === undefined) continue;
    const [reference] = items([volume.image]).map((image) => text(image.reference));
    named.push({ path: `${pod.path}.volumes[${String(volume.name)}].image.reference`, reference });
  }
  return named;
}

function judge(reference: string | undefined): Pick<Finding, 'says' | 'consequence' | 'remedy'> | undefined {
  if (reference === undefined || reference === '') return { says: 'is missing', remedy: 'Name an image.' };
  const image = parseImage(reference);
  if (!image) {
    return {
      says: `"${reference}" is no image reference`,
      consequence: 'The pod would stay in InvalidImageName.',
      remedy: 'Write it as [registry[:port]/]repository[:tag][@digest], the repository in lower case.',
    };
  }
  if (image.digest !== undefined) return undefined;
  if (image.tag !== undefined && !MOVING_TAG.test(image.tag)) return undefined;
  return {
    says: `"${reference}" has ${image.tag === undefined ? 'neither tag nor digest' : `the tag "${image.tag}"`}`,
    consequence: 'Nobody could tell what runs, and a restart could bring another version.',
    remedy: 'Give it a version as its tag, or a digest; to manifests of others by "images" of the app.',
  };
}

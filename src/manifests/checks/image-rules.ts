import { parseImage } from '../image';
import { imageFields } from './images';
import { stageRule, type Finding } from './rule';

/** What the stage says of its images holds for all of them. A reference is taken as it is written. */
export const imageRules = stageRule(
  'each',
  'image-not-allowed',
  'Images come from the registries that the stage names, and by digest where it says so.',
  function* (view): Iterable<Finding> {
    const { images } = view.stage;
    if (!images) return;
    for (const entry of view.pods) {
      for (const { path: field, reference } of imageFields(entry)) {
        if (reference === undefined) continue;
        if (
          images.registries.length > 0 &&
          !images.registries.some((one) => reference.startsWith(`${one}/`))
        ) {
          yield {
            entry,
            field,
            says: `"${reference}" does not come from ${images.registries.join(', ')}`,
            remedy: 'Copy the image there, or add its registry under images.registries of the stage.',
          };
        }
        if (images.requireDigest && !/^sha256:/.test(parseImage(reference)?.digest ?? '')) {
          yield {
            entry,
            field,
            says: `"${reference}" has no digest of SHA-256`,
            consequence: 'Another image could be put under the same tag.',
            remedy: 'Name it as image:tag@sha256:….',
          };
        }
      }
    }
  },
);

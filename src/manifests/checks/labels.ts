import { dig, fieldPath, fields, items, strings } from '../fields';
import { SUBDOMAIN } from './names';
import { kindOf } from './pods';
import { stageRule, type Entry, type Finding, type PodEntry } from './rule';

const NAME = /^[A-Za-z0-9](?:[-A-Za-z0-9_.]*[A-Za-z0-9])?$/;
const MAX_ANNOTATIONS = 256 * 1024;

/**
 * Keys and values of labels, and keys of annotations, as the API server takes them.
 * https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#syntax-and-character-set
 */
export const labels = stageRule(
  'each',
  'invalid-label',
  'Labels and annotations have valid keys and values, and annotations take 256 KiB at most.',
  function* (stage): Iterable<Finding> {
    for (const entry of stage.entries) {
      yield* metadata(entry, 'metadata', entry.object.metadata);
      yield* labelMap(
        entry,
        'spec.selector.matchLabels',
        dig(entry.object, 'spec', 'selector', 'matchLabels'),
      );
      if (kindOf(entry.object) === 'Service') {
        yield* labelMap(entry, 'spec.selector', dig(entry.object, 'spec', 'selector'));
      }
      if (kindOf(entry.object) === 'CronJob.batch') {
        const path = 'spec.jobTemplate.metadata';
        yield* metadata(entry, path, dig(entry.object, 'spec', 'jobTemplate', 'metadata'));
      }
      for (const claim of items(dig(entry.object, 'spec', 'volumeClaimTemplates'))) {
        const name = String(dig(claim, 'metadata', 'name'));
        yield* metadata(entry, `spec.volumeClaimTemplates[${name}].metadata`, claim.metadata);
      }
    }
    for (const entry of stage.pods) yield* podMetadata(entry);
  },
);

function* podMetadata(entry: PodEntry): Iterable<Finding> {
  const { pod } = entry;
  if (pod.metadataPath !== 'metadata') {
    yield* metadata(entry, pod.metadataPath, { labels: pod.labels, annotations: pod.annotations });
  }
  yield* labelMap(entry, `${pod.path}.nodeSelector`, pod.spec.nodeSelector);
}

function* metadata(entry: Entry, path: string, value: unknown): Iterable<Finding> {
  yield* labelMap(entry, `${path}.labels`, fields(value).labels);
  const annotations = strings(fields(value).annotations);
  for (const [key] of annotations) {
    // The API server compares annotation keys in lower case, so their prefix may hold capitals.
    const wrong = keyProblem(key.toLowerCase());
    if (wrong !== undefined) {
      yield { entry, field: `${path}.annotations`, says: `key ${JSON.stringify(key)} ${wrong}` };
    }
  }
  const size = annotations.reduce(
    (sum, [key, text]) => sum + Buffer.byteLength(key) + Buffer.byteLength(text),
    0,
  );
  if (size > MAX_ANNOTATIONS) {
    yield {
      entry,
      field: `${path}.annotations`,
      says: `take ${size} bytes, more than the ${MAX_ANNOTATIONS} that the API server stores`,
    };
  }
}

function* labelMap(entry: Entry, path: string, value: unknown): Iterable<Finding> {
  for (const [key, text] of strings(value)) {
    const wrong = keyProblem(key);
    if (wrong !== undefined) yield { entry, field: path, says: `key ${JSON.stringify(key)} ${wrong}` };
    if (text !== '' && (text.length > 63 || !NAME.test(text))) {
      yield {
        entry,
        field: fieldPath(path, key),
        says: `${JSON.stringify(text)} is no label value: letters, digits, "-", "_" and ".", 63 at most, a letter or digit first and last`,
      };
    }
  }
}

function keyProblem(key: string): string | undefined {
  const slash = key.indexOf('/');
  const name = key.slice(slash + 1);
  if (slash >= 0) {
    const prefix = key.slice(0, slash);
    if (prefix.length > 253 || !SUBDOMAIN.test(prefix)) return 'has a prefix that is no DNS subdomain';
  }
  if (name.length > 63) return `has a name of ${name.length} characters, more than 63`;
  if (!NAME.test(name)) {
    return 'is no qualified name: letters, digits, "-", "_" and ".", a letter or digit first and last';
  }
  return undefined;
}

import { dig, fieldPath, fields, items, strings } from '../fields';
import { SUBDOMAIN } from './names';
import { stageRule, type Entry, type Finding } from './rule';

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
  (stage) => {
    const found: Finding[] = [];
    for (const entry of stage.entries) {
      const { kind, object } = entry;
      const { selector, volumeClaimTemplates } = fields(object.spec);
      metadata(found, entry, 'metadata', object.metadata);
      labelMap(found, entry, 'spec.selector.matchLabels', fields(selector).matchLabels);
      if (kind === 'Service') labelMap(found, entry, 'spec.selector', selector);
      if (kind === 'CronJob.batch') {
        const path = 'spec.jobTemplate.metadata';
        metadata(found, entry, path, dig(object, 'spec', 'jobTemplate', 'metadata'));
      }
      for (const claim of items(volumeClaimTemplates)) {
        const name = String(dig(claim, 'metadata', 'name'));
        metadata(found, entry, `spec.volumeClaimTemplates[${name}].metadata`, claim.metadata);
      }
    }
    for (const entry of stage.pods) {
      const { pod } = entry;
      if (pod.metadataPath !== 'metadata') metadata(found, entry, pod.metadataPath, pod);
      labelMap(found, entry, `${pod.path}.nodeSelector`, pod.spec.nodeSelector);
    }
    return found;
  },
);

function metadata(found: Finding[], entry: Entry, path: string, value: unknown): void {
  const { labels: map, annotations } = fields(value);
  labelMap(found, entry, `${path}.labels`, map);
  const field = `${path}.annotations`;
  let size = 0;
  for (const [key, text] of strings(annotations)) {
    size += Buffer.byteLength(key) + Buffer.byteLength(text);
    // The API server compares annotation keys in lower case, so their prefix may hold capitals.
    const wrong = keyProblem(key.toLowerCase());
    if (wrong !== undefined) found.push({ entry, field, says: `key ${JSON.stringify(key)} ${wrong}` });
  }
  if (size > MAX_ANNOTATIONS) {
    found.push({
      entry,
      field,
      says: `take ${size} bytes, more than the ${MAX_ANNOTATIONS} that the API server stores`,
    });
  }
}

function labelMap(found: Finding[], entry: Entry, path: string, value: unknown): void {
  const map = fields(value);
  for (const key in map) {
    const text = map[key];
    if (typeof text !== 'string') continue;
    const wrong = keyProblem(key);
    if (wrong !== undefined) found.push({ entry, field: path, says: `key ${JSON.stringify(key)} ${wrong}` });
    if (text !== '' && (text.length > 63 || !NAME.test(text))) {
      found.push({
        entry,
        field: fieldPath(path, key),
        says: `${JSON.stringify(text)} is no label value: letters, digits, "-", "_" and ".", 63 at most, a letter or digit first and last`,
      });
    }
  }
}

/** Keys without a problem: the same few stand on every object. */
const good = new Set<string>();

function keyProblem(key: string): string | undefined {
  if (good.has(key)) return undefined;
  const wrong = judge(key);
  if (wrong === undefined) good.add(key);
  return wrong;
}

function judge(key: string): string | undefined {
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

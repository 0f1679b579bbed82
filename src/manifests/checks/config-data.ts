import { fields, strings } from '../fields';
import { objectRule } from './rule';

const MAX_DATA = 1024 * 1024;

/**
 * Keys that can be files, and data that fits.
 * https://kubernetes.io/docs/concepts/configuration/configmap/#configmap-object
 */
export const configData = objectRule(
  'invalid-config-data',
  'Keys of ConfigMaps and Secrets are valid, in one map only, and the data is at most 1 MiB.',
  (entry, found) => {
    const { kind } = entry;
    if (kind !== 'ConfigMap' && kind !== 'Secret') return;
    const { data, binaryData, stringData } = entry.object;
    const encoded = kind === 'Secret' ? data : binaryData;
    // What stringData holds replaces the same key of data, so there it is no clash.
    const plain = kind === 'Secret' ? stringData : data;

    for (const [map, value] of Object.entries({ data, binaryData, stringData })) {
      for (const key of Object.keys(fields(value))) {
        if (key.length <= 253 && /^[-._a-zA-Z0-9]+$/.test(key) && key !== '.' && !key.startsWith('..'))
          continue;
        found.push({
          entry,
          field: map,
          says: `key ${JSON.stringify(key)} is no file name: letters, digits, "-", "_" and ".", 253 at most, not "." and not ".." first`,
        });
      }
    }
    if (kind === 'ConfigMap') {
      for (const key of Object.keys(fields(data)).filter((k) => Object.hasOwn(fields(binaryData), k))) {
        found.push({ entry, field: 'binaryData', says: `key "${key}" is in data, too` });
      }
    }
    const size =
      strings(plain).reduce((sum, [, text]) => sum + Buffer.byteLength(text), 0) +
      strings(encoded).reduce((sum, [, text]) => sum + Buffer.byteLength(text, 'base64'), 0);
    if (size > MAX_DATA) {
      found.push({
        entry,
        says: `holds ${size} bytes of data, more than the ${MAX_DATA} that the API server stores`,
        remedy: 'Split it, or bring large files in with an image or a volume.',
      });
    }
  },
);

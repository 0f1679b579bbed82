import { parseAllDocuments } from 'yaml';
import { UserError } from '../model/errors';
import type { KubeObject } from '../model/kube';

/**
 * The objects of a file that stageline wrote.
 *
 * @param path for messages
 * @throws UserError when somebody edited it into something that is no manifest
 */
export function readManifests(text: string, path: string): KubeObject[] {
  const documents = parseAllDocuments(text, { version: '1.2', prettyErrors: false });
  const objects = documents.map((document) =>
    document.errors.length > 0 ? undefined : (document.toJS() as unknown),
  );
  if (objects.every(isObject)) return objects;
  throw new UserError({
    code: 'dist-unreadable',
    cause: `${path} is no manifest any more`,
    consequence: 'What is deployed now cannot be compared with what would be.',
    remedy: `Restore it: git checkout -- ${path}`,
    at: { file: path },
  });
}

function isObject(value: unknown): value is KubeObject {
  return (
    typeof value === 'object' &&
    value !== null &&
    'kind' in value &&
    'apiVersion' in value &&
    'metadata' in value
  );
}

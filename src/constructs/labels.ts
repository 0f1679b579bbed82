import type { Environment } from '../model/environment';

export const NAME_LABEL = 'app.kubernetes.io/name';
export const INSTANCE_LABEL = 'app.kubernetes.io/instance';

/** Pods of published manifests carry this one instead: their own labels may be part of a selector. */
export const MANIFESTS_LABEL = 'stageline/app';

export type Labels = Readonly<Record<string, string>>;

/**
 * What a selector matches. It is the same in every stage and never changes: a Deployment's selector is immutable.
 * https://kubernetes.io/docs/concepts/overview/working-with-objects/common-labels/
 */
export function selectorLabels(name: string, instance: string): Record<string, string> {
  return { [NAME_LABEL]: name, [INSTANCE_LABEL]: instance };
}

/** Labels on the metadata of every object. */
export function objectLabels(environment: Environment, name: string, instance: string) {
  return {
    ...selectorLabels(name, instance),
    'app.kubernetes.io/part-of': environment.project,
    'app.kubernetes.io/managed-by': 'stageline',
    'app.kubernetes.io/environment': environment.name,
  };
}

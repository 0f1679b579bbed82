import { dig, fields, items, strings } from '../fields';

/** Whether a Service's or ReplicationController's plain map of labels finds these labels. */
export function mapMatches(selector: unknown, labels: Readonly<Record<string, string>>): boolean {
  return strings(selector).every(([key, value]) => labels[key] === value);
}

/**
 * Whether a label selector finds these labels; an empty one finds everything.
 * https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#label-selectors
 */
export function selectorMatches(selector: unknown, labels: Readonly<Record<string, string>>): boolean {
  return (
    mapMatches(dig(selector, 'matchLabels'), labels) &&
    items(dig(selector, 'matchExpressions')).every(({ key, operator, values }) => {
      const value = Object.hasOwn(labels, String(key)) ? labels[String(key)] : undefined;
      const listed = Array.isArray(values) && values.includes(value);
      if (operator === 'In') return value !== undefined && listed;
      if (operator === 'NotIn') return !listed;
      return (operator === 'Exists') === (value !== undefined);
    })
  );
}

export function isEmptySelector(selector: unknown): boolean {
  return (
    Object.keys(fields(dig(selector, 'matchLabels'))).length === 0 &&
    items(dig(selector, 'matchExpressions')).length === 0
  );
}

/** `app=frontend, tier in (web, api)`: a selector as messages show it. */
export function showSelector(selector: unknown): string {
  const labels = strings(dig(selector, 'matchLabels')).map(([key, value]) => `${key}=${value}`);
  const expressions = items(dig(selector, 'matchExpressions')).map(({ key, operator, values }) => {
    const list = Array.isArray(values) ? ` (${values.join(', ')})` : '';
    return `${String(key)} ${String(operator)}${list}`;
  });
  return [...labels, ...expressions].join(', ');
}

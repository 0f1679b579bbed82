import { dig, fields, isFields, items, strings } from '../fields';

/**
 * Whether a label selector finds these labels; an empty one finds everything.
 * https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#label-selectors
 */
export function selectorMatches(selector: unknown, labels: Readonly<Record<string, string>>): boolean {
  const { matchLabels, matchExpressions } = fields(selector);
  if (isFields(matchLabels))
    for (const key in matchLabels) {
      const value = matchLabels[key];
      if (typeof value === 'string' && labels[key] !== value) return false;
    }
  if (matchExpressions === undefined) return true;
  return items(matchExpressions).every(({ key, operator, values }) => {
    const value = Object.hasOwn(labels, String(key)) ? labels[String(key)] : undefined;
    const listed = Array.isArray(values) && values.includes(value);
    if (operator === 'In') return value !== undefined && listed;
    if (operator === 'NotIn') return !listed;
    return (operator === 'Exists') === (value !== undefined);
  });
}

export function isEmptySelector(selector: unknown): boolean {
  const { matchLabels, matchExpressions } = fields(selector);
  for (const _ in fields(matchLabels)) return false;
  return items(matchExpressions).length === 0;
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

import { z } from 'zod';
import { DNS_LABEL, NO_DNS_LABEL } from '../dns-label';

/** A DNS label (RFC 1123): what namespaces, apps and stages are called. */
export const dnsLabel = z.string().regex(DNS_LABEL, NO_DNS_LABEL);

/** A DNS subdomain: labels joined by dots, 253 characters at most. */
export const dnsSubdomain = z
  .string()
  .max(253)
  .regex(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/, 'must be a DNS subdomain');

/** A name for a port: 15 characters at most, at least one letter (IANA service name). */
export const portName = z
  .string()
  .regex(/^(?=.*[a-z])[a-z0-9](-?[a-z0-9]){0,14}$/, 'must be a port name: a-z, 0-9 and hyphens, 15 at most');

export const portNumber = z.int().min(1).max(65535);

/** A port by its name or by its number. */
export const portRef = z.union([portName, portNumber]);

/** A Kubernetes quantity: `100m`, `1.5`, `64Mi`, `1Gi`, `1e3`. */
export const quantity = z
  .string()
  .regex(
    /^\d+(\.\d+)?([eE][+-]?\d+|m|k|M|G|T|P|E|Ki|Mi|Gi|Ti|Pi|Ei)?$/,
    'must be a quantity in quotes or with a unit, such as "100m", "1.5" or "64Mi"',
  );

/** Seconds, a whole number. */
export const seconds = z.int().min(0).describe('Seconds.');

/** A number of pods, or a share of them: `1`, `25%`. */
export const countOrPercent = z.union([z.int().min(0), z.string().regex(/^\d{1,3}%$/, 'must look like 25%')]);

const imageHost = '(?:[a-zA-Z0-9](?:[a-zA-Z0-9.-]*[a-zA-Z0-9])?(?::[0-9]+)?/)?';
const imagePath = '[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*)*';
const imagePattern = new RegExp(
  `^${imageHost}${imagePath}(?::[\\w][\\w.-]{0,127})?(?:@[a-z0-9]+(?:[.+_-][a-z0-9]+)*:[0-9a-fA-F]{32,})?$`,
);

/** Tags that say themselves that they move, such as `latest` and `prod-latest`: what other tags do, their names do not tell. */
export const MOVING_TAG = /(^|[-_.])latest$/;

/** A container image with a tag that does not move by its name, a digest, or both. */
export const imageReference = z
  .string()
  .regex(imagePattern, {
    error: 'must be an image reference: [host[:port]/]path[:tag][@digest]',
    abort: true,
  })
  .refine((image) => image.includes('@') || isPinned(/:([^/:]+)$/.exec(image)?.[1]), {
    message:
      'must carry a digest, or a tag that does not end in "latest": otherwise nobody can tell what runs',
  });

function isPinned(tag: string | undefined): boolean {
  return tag !== undefined && !MOVING_TAG.test(tag);
}

/** An absolute path inside a container. */
export const absolutePath = z
  .string()
  .regex(/^\/(?!.*(?:^|\/)\.\.(?:\/|$))[^\u0000-\u001f]*$/, 'must be an absolute path without ".."');

/** The name of an environment variable. */
export const envName = z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'must be a name such as LOG_LEVEL');

/** A string in YAML; a bare number or boolean would lose its spelling (`1.10` is 1.1), so it has to be quoted. */
export const text = z.string({
  error: (issue) =>
    typeof issue.input === 'number' || typeof issue.input === 'boolean'
      ? 'must be a string: put it in quotes, YAML would change its spelling otherwise'
      : undefined,
});

/** A label's value. */
export const labelValue = text.regex(
  /^([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?$/,
  'must be a label value',
);

/** The key of a label or an annotation, with or without a prefix. */
export const qualifiedName = z
  .string()
  .regex(
    /^([a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?\/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/,
    'must be a qualified name: [prefix/]name',
  );

/** A line of prose that says why. */
export const reason = z
  .string()
  .min(3, { abort: true })
  .max(500)
  .regex(/^[^\n\r]+$/, 'must be one line');

const quotaResource =
  '(requests\\.|limits\\.)?(cpu|memory|ephemeral-storage)|requests\\.storage|pods|services|secrets|configmaps|persistentvolumeclaims|replicationcontrollers|resourcequotas|services\\.(nodeports|loadbalancers)';
const quotaOther =
  'count/[a-z0-9.-]+|(requests\\.)?hugepages-\\w+|(requests\\.)?[a-z0-9.-]+/[A-Za-z0-9._-]+|[a-z0-9.-]+\\.storageclass\\.storage\\.k8s\\.io/(requests\\.storage|persistentvolumeclaims)';

/**
 * What a ResourceQuota counts: `requests.cpu`, `pods`, `count/jobs.batch`, `requests.nvidia.com/gpu`. The API server
 * refuses any other name without a domain. https://kubernetes.io/docs/concepts/policy/resource-quotas/
 */
export const quotaName = z
  .string()
  .regex(
    new RegExp(`^(${quotaResource}|${quotaOther})$`),
    'must be what a ResourceQuota counts, such as requests.cpu, limits.memory, pods or count/jobs.batch',
  );

/** A DNS label (RFC 1123): what namespaces, apps, clusters and stages are called. */
export const DNS_LABEL = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;

/** What is said of what is none. */
export const NO_DNS_LABEL =
  'must be a DNS label: lower-case letters, digits and hyphens, 63 at most, no hyphen first or last';

/** Where an object of upstream's has another name here. */
export const NAMES: Readonly<Record<string, string>> = {
  'Namespace/production': 'Namespace/podinfo-prod',
  'ConfigMap/backup-script': 'ConfigMap/backup-daily-config',
  'ConfigMap/rollup-script': 'ConfigMap/rollup-daily-config',
  'ConfigMap/redis-config-bd2fcfgt6k': 'ConfigMap/cache-config',
  'ConfigMap/warm-cache-script': 'ConfigMap/warm-cache-config',
};

/** What is different on purpose: `kind/name path`, with `*` for anything, and why. A line that fits nothing fails. */
export const DIFFERENCES: Readonly<Record<string, string>> = {
  '* metadata.labels.app.kubernetes.io/instance':
    'the instance is the app, not the whole: selectors carry it',
  '* metadata.labels.app.kubernetes.io/environment': 'the stage is called prod here',
};

/** Where an object of upstream's has another name here. */
export const NAMES: Readonly<Record<string, string>> = {
  'Namespace/production': 'Namespace/podinfo-prod',
  'ConfigMap/backup-script': 'ConfigMap/backup-daily-config',
  'ConfigMap/rollup-script': 'ConfigMap/rollup-daily-config',
  'ConfigMap/redis-config-bd2fcfgt6k': 'ConfigMap/cache-config',
  'ConfigMap/warm-cache-script': 'ConfigMap/warm-cache-config',
};

const OWN_SCRIPT = 'upstream is summarised: the script is written anew to do the same';
const ONE_MAP_A_WORKLOAD = 'every workload has its own ConfigMap, so that a change rolls that workload alone';
const FILE_BY_FILE =
  'files are mounted one by one with their own modes, so that nothing of the image is hidden';

/** What is different on purpose: `kind/name path`, with `*` for anything, and why. A line that fits nothing fails. */
export const DIFFERENCES: Readonly<Record<string, string>> = {
  '* metadata.labels.app.kubernetes.io/instance':
    'the instance is the app, not the whole: selectors carry it',
  '* metadata.labels.app.kubernetes.io/environment': 'the stage is called prod here',
  '* *.metadata.labels.app.kubernetes.io/part-of':
    'pods name their app as the instance; part-of is the project',
  '* *.imagePullPolicy': 'Always: a tag that was moved, or a pull secret that was revoked, is noticed',
  'StatefulSet/database-primary *containers[0].name': 'a container is called like its object',
  'Deployment/cache *containers[0].name': 'a container is called like its object',
  'Deployment/database-replica *containers[0].name': 'a container is called like its object',
  'CronJob/*-* *containers[0].name': 'a container is called like its object',
  'HorizontalPodAutoscaler/* spec.minReplicas': 'prod runs three of everything that can be three',
  'HorizontalPodAutoscaler/* spec.maxReplicas': 'room to double, from three',
  'CronJob/warm-cache *.serviceAccountName': 'every app has an account of its own, without a token',
  'CronJob/backup-daily *.env[BACKUP_EXIT].value':
    'a backup that always fails serves to try alerts: backupExit: 1 does it',
  'ConfigMap/backup-script data.backup.sh': OWN_SCRIPT,
  'ConfigMap/rollup-script data.rollup.sh': OWN_SCRIPT,
  'ConfigMap/warm-cache-script data.*': OWN_SCRIPT,
  'CronJob/* *.volumes[scripts].*': ONE_MAP_A_WORKLOAD,
  'CronJob/* *.volumeMounts[/scripts].*': FILE_BY_FILE,
  'Deployment/cache *.volumes[config].configMap.name': ONE_MAP_A_WORKLOAD,
  'Deployment/cache *.volumeMounts[/redis-master].*': FILE_BY_FILE,
  'Deployment/cache *.volumes[data].emptyDir': 'the scratch space has a limit',
};

import {
  BaseApp,
  HttpService,
  ScheduledJob,
  StatefulApp,
  appValues,
  values as v,
  z,
  type AppProps,
  type Construct,
  type CronJobProps,
} from 'stageline';

const values = appValues({
  image: v.imageReference.meta({ promotable: 'image' }),
  storage: v.quantity.describe('Size of the claim that the primary writes to.'),
  replicas: z.int().min(1).optional().describe('Read replicas. Default: 1. Not together with autoscaling.'),
  autoscaling: v.autoscaling.optional().describe('Of the read replicas.'),
  disruptionBudget: v.disruptionBudget.optional().describe('Of the read replicas.'),
  resources: v.resources.prefault({
    requests: { cpu: '50m', memory: '32Mi' },
    limits: { cpu: '1', memory: '256Mi' },
  }),
  backupExit: z
    .int()
    .min(0)
    .max(255)
    .default(0)
    .describe('What the backup ends with: for trying out alerts.'),
});

/** The database that podinfo plays: a primary that writes, replicas that read, and three jobs that keep it. */
export class Database extends BaseApp<z.output<typeof values>> {
  static readonly values = values;

  constructor(scope: Construct, id: string, props: AppProps<z.output<typeof values>>) {
    super(scope, id, props);
    const { storage, replicas, autoscaling, disruptionBudget } = this.values;

    new StatefulApp(this, 'primary', {
      ...this.server(),
      service: { headless: true },
      rollout: { minReadySeconds: 3, revisionHistoryLimit: 5 },
      volumes: { data: { mountPath: '/data', claim: { name: this.objectName('primary'), storage } } },
    });
    new HttpService(this, 'replica', {
      ...this.server(),
      replicas,
      autoscaling,
      disruptionBudget,
      rollout: {
        maxUnavailable: 0,
        minReadySeconds: 3,
        progressDeadlineSeconds: 60,
        revisionHistoryLimit: 5,
      },
    });

    this.job('backup-daily', BACKUP, {
      schedule: '0 0 * * *',
      ttlSecondsAfterFinished: 86_400,
      restartPolicy: 'Never',
      backoffLimit: 1,
      env: { BACKUP_EXIT: String(this.values.backupExit) },
    });
    this.job('rollup-daily', ROLLUP, {
      schedule: '*/10 * * * *',
      ttlSecondsAfterFinished: 3_600,
      env: { ROLLUP_STEPS: '6' },
    });
    this.job('rollup-weekly', ROLLUP, {
      schedule: '*/30 * * * *',
      ttlSecondsAfterFinished: 86_400,
      env: { ROLLUP_STEPS: '12' },
    });
  }

  private server() {
    const check = (path: string) => ({
      exec: { command: ['podcli', 'check', 'http', `localhost:3306/${path}`] },
      initialDelaySeconds: 5,
      timeoutSeconds: 5,
    });
    return {
      image: this.values.image,
      command: ['./podinfo', '--port=3306', '--port-metrics=9797', '--level=info'],
      ports: { db: { containerPort: 3306, servicePort: 3306 }, 'http-metrics': { containerPort: 9797 } },
      probes: { readiness: check('readyz'), liveness: check('healthz') },
      resources: this.values.resources,
      podAnnotations: { 'prometheus.io/scrape': 'true', 'prometheus.io/port': '9797' },
    };
  }

  private job(
    name: string,
    content: string,
    props: Pick<CronJobProps, 'schedule' | 'env'> & Partial<CronJobProps>,
  ) {
    const script = `/scripts/${name.replace(/-.*/, '')}.sh`;
    new ScheduledJob(this, name, {
      ...props,
      name,
      image: this.values.image,
      command: ['/bin/sh', script],
      env: { REPLICA: `${this.objectName('replica')}:3306`, ...props.env },
      files: { [script]: { mode: '0755', content } },
      resources: { requests: { cpu: '10m', memory: '16Mi' }, limits: { cpu: '100m', memory: '32Mi' } },
    });
  }
}

const WAIT = `#!/bin/sh
set -eu
until podcli check http "$REPLICA/readyz"; do
  echo "waiting for a replica"
  sleep 5
done
`;
const BACKUP = `${WAIT}echo "backing up"
sleep 60
exit "$BACKUP_EXIT"
`;
const ROLLUP = `${WAIT}step=1
while [ "$step" -le "$ROLLUP_STEPS" ]; do
  echo "rolling up, step $step of $ROLLUP_STEPS"
  sleep 10
  step=$((step + 1))
done
`;

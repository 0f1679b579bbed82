import { renderApp } from '../../src/constructs/render';
import { appOf, at, only, stageOf, web } from '../support/environment';

const render = (values: object) => {
  const stage = stageOf({
    apps: {
      db: {
        ...web,
        kind: 'stateful',
        ports: { db: { containerPort: 3306, servicePort: 3306 } },
        ...values,
      },
    },
  });
  return renderApp(stage, appOf(stage, 'db'));
};
const claimTemplate = { storage: '1Gi', storageClassName: 'fast' };

describe('a StatefulApp', () => {
  test('names its pods through a headless Service that governs them', () => {
    const objects = render({});
    expect(at(only(objects, 'Service'), 'spec')).toEqual({
      type: 'ClusterIP',
      clusterIP: 'None',
      selector: { 'app.kubernetes.io/instance': 'db', 'app.kubernetes.io/name': 'db' },
      ports: [{ name: 'db', port: 3306, targetPort: 'db', protocol: 'TCP' }],
      sessionAffinity: 'None',
    });
    expect(at(only(objects, 'StatefulSet'), 'spec')).toMatchObject({
      serviceName: 'db',
      replicas: 1,
      podManagementPolicy: 'OrderedReady',
      updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 0 } },
      persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Retain', whenScaled: 'Retain' },
      selector: { matchLabels: { 'app.kubernetes.io/instance': 'db', 'app.kubernetes.io/name': 'db' } },
    });
  });

  test('has that Service even when it carries no port', () => {
    const objects = render({ ports: { db: { containerPort: 3306 } } });
    expect(at(only(objects, 'Service'), 'spec.clusterIP')).toBe('None');
    expect(at(only(objects, 'Service'), 'spec')).not.toHaveProperty('ports');
  });

  test('claims a disk for each pod, from a template', () => {
    const stateful = only(
      render({ volumes: { data: { mountPath: '/data', claimTemplate } } }),
      'StatefulSet',
    );
    expect(at(stateful, 'spec.volumeClaimTemplates')).toEqual([
      {
        metadata: { name: 'data' },
        spec: {
          accessModes: ['ReadWriteOnce'],
          resources: { requests: { storage: '1Gi' } },
          storageClassName: 'fast',
          volumeMode: 'Filesystem',
        },
      },
    ]);
    expect(at(stateful, 'spec.template.spec.volumes')).toEqual([
      { name: 'tmp', emptyDir: { sizeLimit: '256Mi' } },
    ]);
    expect(at(stateful, 'spec.template.spec.containers.0.volumeMounts')).toEqual([
      { name: 'data', mountPath: '/data' },
      { name: 'tmp', mountPath: '/tmp' },
    ]);
  });

  test('mounts one claim of its own, which comes in the same wave: its first consumer binds it', () => {
    const objects = render({ volumes: { data: { mountPath: '/data', claim: { storage: '1Gi' } } } });
    expect(only(objects, 'PersistentVolumeClaim')).toMatchObject({
      metadata: { name: 'db-data', annotations: { 'argocd.argoproj.io/sync-wave': '-2' } },
      spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
    });
    expect(only(objects, 'StatefulSet')).toMatchObject({
      metadata: { annotations: { 'argocd.argoproj.io/sync-wave': '-2' } },
    });
    expect(at(only(objects, 'StatefulSet'), 'spec.template.spec.volumes.0')).toEqual({
      name: 'data',
      persistentVolumeClaim: { claimName: 'db-data' },
    });
  });

  test('is the only one that makes one claim a pod', () => {
    const kind = { kind: 'service', volumes: { data: { mountPath: '/data', claimTemplate } } };
    expect(() => render(kind)).toThrow('only a StatefulSet makes one claim a pod');
  });

  test('lets its pods talk to one another', () => {
    const policy = only(render({}), 'NetworkPolicy');
    const podSelector = { matchLabels: { 'app.kubernetes.io/instance': 'db' } };
    expect(at(policy, 'spec.ingress')).toEqual([{ from: [{ podSelector }] }]);
    expect(at(policy, 'spec.egress.1')).toEqual({ to: [{ podSelector }] });
  });
});

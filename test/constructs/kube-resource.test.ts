import { App, Chart, JsonPatch, Lazy } from 'cdk8s';
import { k8s } from 'cdk8s-plus-28';
import { addKube, KubeResource } from '../../src/constructs/kube-resource';

const chart = (): Chart => new Chart(new App(), 'app', { namespace: 'shop', labels: { team: 'a' } });
const THING = { apiVersion: 'example.com/v1', kind: 'Thing' };
const spec = {
  selector: { matchLabels: { app: 'web' } },
  minReadySeconds: undefined,
  strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: k8s.IntOrString.fromString('25%') } },
  template: { spec: { nodeSelector: {}, containers: [{ name: 'web', args: ['a'] }] } },
};

describe('an object of our own', () => {
  it('is what the typed class of cdk8s-plus-28 would render', () => {
    const props = { metadata: { name: 'web', labels: { tier: 'front' } }, spec };
    const ours = addKube(k8s.KubeDeployment, chart(), 'web', props);
    const theirs = new k8s.KubeDeployment(chart(), 'web', props);
    expect(ours.toJson()).toEqual(theirs.toJson());
  });

  it('has the metadata that cdk8s would render, whatever was added to it since', () => {
    const props = {
      metadata: {
        name: 'web',
        generateName: 'web-',
        labels: { tier: 'front', app: Lazy.any({ produce: () => 'web' }) as string },
        annotations: { b: '2', a: '1' },
        managedFields: [],
      },
    };
    const made = [k8s.KubeDeployment, k8s.KubeConfigMap].flatMap((kind) => [
      addKube<object>(kind as never, chart(), 'x', props),
      new (kind as typeof k8s.KubeConfigMap)(chart(), 'x', props),
    ]);
    const rendered = made.map((object, index) => {
      if (index >= 2) {
        object.metadata.addLabel('added', 'yes');
        object.metadata.addAnnotation('added', 'yes');
        object.metadata.addFinalizers('example.com/keep');
        object.metadata.addOwnerReference({ apiVersion: 'v1', kind: 'Pod', name: 'p', uid: '1' });
        object.metadata.add('deletionGracePeriodSeconds', 5);
      }
      return JSON.stringify((object.toJson() as { metadata: unknown }).metadata);
    });
    expect(rendered[0]).toBe(rendered[1]);
    expect(rendered[2]).toBe(rendered[3]);
    expect(rendered[2]).toContain('"deletionGracePeriodSeconds":5,"finalizers":["example.com/keep"]');
  });

  it('keeps fields that are newer than the types', () => {
    const { spec: rendered } = addKube(k8s.KubePod, chart(), 'pod', {
      spec: { containers: [], ...{ resources: { limits: { cpu: '1' } } } },
    }).toJson() as { spec: unknown };
    expect(rendered).toEqual({ containers: [], resources: { limits: { cpu: '1' } } });
  });

  it('computes what is lazy when it is rendered, and then applies JSON patches', () => {
    const ports: number[] = [];
    const made = new KubeResource(chart(), 'x', THING, {
      spec: Lazy.any({ produce: () => ({ ports }) }),
    });
    made.addJsonPatch(JsonPatch.add('/spec/more', true));
    ports.push(80);
    expect(made.toJson()).toMatchObject({ kind: 'Thing', spec: { ports: [80], more: true } });
  });

  it('refuses what is no data, and says where', () => {
    const made = new KubeResource(chart(), 'x', THING, { at: new Date(0) });
    expect(() => made.toJson()).toThrow('app/x holds a Date, which is no data');
  });
});

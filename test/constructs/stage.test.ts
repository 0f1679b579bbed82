import { App, Chart } from 'cdk8s';
import { k8s } from 'cdk8s-plus-28';
import type { Construct } from 'constructs';
import { parseAllDocuments } from 'yaml';
import type { z } from 'zod';
import { BaseApp, type AppProps } from '../../src/constructs/base-app';
import { HttpService } from '../../src/constructs/http-service';
import { inApplyOrder } from '../../src/constructs/kinds';
import { renderApp, renderStageBase } from '../../src/constructs/render';
import { ScheduledJob } from '../../src/constructs/scheduled-job';
import { classApp, Stage } from '../../src/constructs/stage';
import { StatefulApp } from '../../src/constructs/stateful-app';
import type { KubeObject } from '../../src/model/kube';
import { appValues } from '../../src/model/values/app-shape';
import { imageReference } from '../../src/model/values/scalars';
import { appOf, at, only, stageOf, web } from '../support/environment';

const resources = web.resources;

class Shop extends BaseApp<z.output<typeof Shop.values>> {
  static readonly values = appValues({ image: imageReference });

  constructor(scope: Construct, id: string, props: AppProps<z.output<typeof Shop.values>>) {
    super(scope, id, props);
    const { image } = this.values;
    const front = new HttpService(this, 'main', { image, ports: web.ports, resources });
    new StatefulApp(this, 'primary', { image, resources });
    const env = { FRONTEND: `http://${front.address()}` };
    new ScheduledJob(this, 'backup', { name: 'nightly', schedule: '0 0 * * *', image, env, resources });
    new k8s.KubeClusterRole(this, 'role', { metadata: { name: 'shop' }, rules: [] });
    new k8s.KubeConfigMap(this, 'flags', { metadata: { name: 'flags' }, data: { beta: 'no' } });
  }
}

const shop = { image: 'ghcr.io/example/shop:1.0.0', annotations: { owner: 'shop' } };
const patches = [{ kind: 'Service', op: 'add' as const, path: '/spec/ipFamilyPolicy', value: 'SingleStack' }];
const api = { ...web, kind: 'service' as const, patches };

const rendered = () => {
  const stage = stageOf({ classes: { shop: Shop.values }, apps: { api, shop } });
  return stage;
};
const inCode = (scope: App = new App()) =>
  new Stage(scope, 'dev', {
    project: 'shop',
    cluster: {
      name: 'local',
      kubernetes: '1.33',
      gateway: { name: 'public', namespace: 'gateways' },
      ingress: { className: 'nginx', namespace: 'ingress-nginx' },
      monitoring: { namespace: 'monitoring' },
    },
    values: { apps: { api, shop: classApp(Shop, shop) } },
  });

describe('a Stage in code', () => {
  test('has the same objects as the one that is read from YAML', () => {
    const stage = rendered();
    expect(inCode().objects()).toEqual({
      stage: renderStageBase(stage),
      api: renderApp(stage, appOf(stage, 'api')),
      shop: renderApp(stage, appOf(stage, 'shop'), { construct: Shop }),
    });
  });

  test('takes a stage that is resolved already', () => {
    const environment = rendered();
    const stage = new Stage(new App(), 'dev', { environment, sources: { shop: { construct: Shop } } });
    expect(stage.objects()).toEqual(inCode().objects());
  });

  test('has the same objects when cdk8s itself writes them', () => {
    const app = new App();
    const stage = inCode(app);
    const expected = Object.values(stage.objects()).flat();
    const fresh = new App();
    inCode(fresh);
    const written = parseAllDocuments(fresh.synthYaml()).map((document) => document.toJS() as KubeObject);
    expect(inApplyOrder(written)).toEqual(inApplyOrder(expected));
  });

  test('names every value that is wrong', () => {
    const build = () =>
      new Stage(new App(), 'dev', {
        project: 'shop',
        cluster: { name: 'local', kubernetes: '1.33' },
        values: { apps: { shop: classApp(Shop, { image: 'shop:latest' }), api: { ...api, replicas: -1 } } },
      });
    expect(build).toThrow(/apps\.shop\.image[^]*apps\.api\.replicas/);
  });
});

describe('an app that is a class', () => {
  const objects = () => {
    const stage = rendered();
    return renderApp(stage, appOf(stage, 'shop'), { construct: Shop });
  };

  test('has one account and one policy for all its components', () => {
    expect(objects().map(({ kind, metadata }) => `${kind} ${metadata.name}`)).toEqual([
      'NetworkPolicy shop',
      'ServiceAccount shop',
      'ClusterRole shop',
      'ConfigMap flags',
      'Service shop',
      'Service shop-primary',
      'StatefulSet shop-primary',
      'Deployment shop',
      'CronJob nightly',
    ]);
    const template = at(only(objects(), 'CronJob'), 'spec.jobTemplate.spec.template');
    expect(at(template, 'metadata.labels')).toEqual({
      'app.kubernetes.io/instance': 'shop',
      'app.kubernetes.io/name': 'nightly',
    });
    expect(at(template, 'spec.serviceAccountName')).toBe('shop');
    expect(at(template, 'spec.containers.0.env')).toEqual([{ name: 'FRONTEND', value: 'http://shop:80' }]);
  });

  test('lets its components talk to one another', () => {
    const podSelector = { matchLabels: { 'app.kubernetes.io/instance': 'shop' } };
    expect(at(only(objects(), 'NetworkPolicy'), 'spec.ingress.0')).toEqual({ from: [{ podSelector }] });
  });

  test('may hold any object: it gets labels, annotations, its wave, and a namespace where it can have one', () => {
    const flags = only(objects(), 'ConfigMap');
    expect(flags.metadata).toEqual({
      name: 'flags',
      namespace: 'shop-dev',
      annotations: { owner: 'shop', 'argocd.argoproj.io/sync-wave': '-3' },
      labels: {
        'app.kubernetes.io/environment': 'dev',
        'app.kubernetes.io/instance': 'shop',
        'app.kubernetes.io/managed-by': 'stageline',
        'app.kubernetes.io/name': 'shop',
        'app.kubernetes.io/part-of': 'shop',
      },
    });
    expect(only(objects(), 'ClusterRole').metadata).not.toHaveProperty('namespace');
  });

  test('says so when a component is made outside of an app', () => {
    const outside = () =>
      new HttpService(new Chart(new App(), 'chart'), 'main', { image: shop.image, resources });
    expect(outside).toThrow('must be created inside an app');
  });
});

test('a stage in code is held to what a stage in YAML is: names, callees, manifests', () => {
  const make = () =>
    new Stage(new App(), 'Dev_', {
      project: 'shop',
      cluster: { name: 'local', kubernetes: '1.34' },
      values: {
        apps: {
          web: { kind: 'worker', image: shop.image, resources, network: { to: ['wbe'] } },
          crds: { kind: 'manifests', path: 'vendor/crds' },
        },
      },
    });
  expect(make).toThrow('the name of the stage, "Dev_", is no DNS label');
  expect(make).toThrow('apps.web.network.to names "wbe", and there is no such app');
  expect(make).toThrow('apps.crds is of kind "manifests" and has no objects');
});

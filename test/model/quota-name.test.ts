import { quotaName } from '../../src/model/values/scalars';

const accepted = [
  'pods',
  'requests.cpu',
  'limits.memory',
  'memory',
  'requests.storage',
  'services.loadbalancers',
  'count/jobs.batch',
  'count/configmaps',
  'requests.nvidia.com/gpu',
  'hugepages-2Mi',
  'gold.storageclass.storage.k8s.io/requests.storage',
];

test.each(accepted)('a quota may count %s', (name) => expect(quotaName.safeParse(name).success).toBe(true));

test.each(['podz', 'requests.pods', 'limit.cpu', 'count/', '', 'pods '])(
  'a quota may not count "%s"',
  (name) => expect(quotaName.safeParse(name).success).toBe(false),
);

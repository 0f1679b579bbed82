import { emitted, repositoryOf } from './fixture';

const parameters = (profile: string): Record<string, string> =>
  emitted(repositoryOf({}, { delivery: { argocd: { profile } } }), 'ConfigMap', 'argocd-cmd-params-cm')[
    'data'
  ] as Record<string, string>;

describe('the parameters of the processes', () => {
  test('leave Applications to the namespace of Argo CD alone, in every profile', () => {
    for (const profile of ['minimal', 'standard', 'ha'])
      expect(parameters(profile)).toHaveProperty(['application.namespaces'], '');
  });

  test('say where Redis is and that one controller leads, where there are several', () => {
    const several = {
      'redis.server': 'argocd-redis-ha-haproxy:6379',
      'applicationsetcontroller.enable.leader.election': 'true',
    };
    expect(parameters('ha')).toMatchObject(several);
    for (const key of Object.keys(several)) expect(parameters('standard')).not.toHaveProperty([key]);
  });
});

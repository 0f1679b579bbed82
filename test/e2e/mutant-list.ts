import type { Mutant } from './mutant';
import { NOTIFICATION_MUTANTS } from './mutant-list-notifications';

const SAMPLE = 'the sample, stage by stage';
const DRY_RUN = 'server-side dry run of every stage, without a warning';
const PROJECT = 'a project refuses a foreign repository, namespace, cluster and cluster-scoped kind';
const NETWORK = 'network policies isolate every pod and let in who is named';
const FLEET = 'a fleet is synced cluster by cluster, and loses nothing with a cluster or with its set';
const RBAC = "an owner's token syncs prod, a viewer's and another group's cannot";

export const MUTANTS: readonly Mutant[] = [
  {
    name: 'automated on prod',
    edits: [
      {
        file: 'src/delivery/policy.ts',
        from: "...(mode === 'auto' ? { automated: pruned(automated) } : {}),",
        to: 'automated: pruned(automated),',
      },
    ],
    scenario: SAMPLE,
    why: /was synced by itself|has been deployed|to be OutOfSync/,
  },
  {
    name: 'a project for any repository',
    edits: [
      {
        file: 'src/delivery/app-project.ts',
        from: 'sourceRepos: [repository.values.repository.url]',
        to: "sourceRepos: ['*']",
      },
    ],
    scenario: PROJECT,
    why: /foreign-repo to be refused/,
  },
  {
    name: 'a project for any namespace',
    edits: [
      {
        file: 'src/delivery/app-project.ts',
        from: 'namespaces.map((each) => ({ server, namespace: each })),',
        to: "namespaces.map(() => ({ server, namespace: '*' })),",
      },
    ],
    scenario: PROJECT,
    why: /foreign-namespace to be refused/,
  },
  {
    name: 'a project for any cluster-scoped kind',
    edits: [
      {
        file: 'src/delivery/app-project.ts',
        from: '{ clusterResourceWhitelist: whitelist }',
        to: "{ clusterResourceWhitelist: [{ group: '*', kind: '*' }] }",
      },
    ],
    scenario: PROJECT,
    why: /'Succeeded'|is not permitted in project/,
  },
  {
    name: 'a default project as Argo CD makes it',
    edits: [
      { file: 'src/delivery/app-project.ts', from: 'sourceRepos: [],', to: "sourceRepos: ['*']," },
      {
        file: 'src/delivery/app-project.ts',
        from: 'destinations: [],',
        to: "destinations: [{ server: '*', namespace: '*' }],",
      },
    ],
    scenario: 'the default project permits nothing',
    why: /default-project to be refused/,
  },
  {
    name: 'a missing securityContext',
    edits: [
      {
        file: 'src/constructs/hardening.ts',
        from: "capabilities: keeps('dropAllCapabilities') ? { drop: ['ALL'] } : undefined,",
        to: 'capabilities: undefined,',
      },
      // Synth itself notices; here it is the API server that has to.
      { file: 'src/manifests/checks/index.ts', from: '  podSecurity,\n];', to: '];' },
    ],
    scenario: DRY_RUN,
    why: /would violate PodSecurity .*unrestricted capabilities/,
  },
  {
    name: 'a lost network policy',
    edits: [
      {
        file: 'src/constructs/stage-base.ts',
        from: "spec: { podSelector: {}, policyTypes: ['Ingress', 'Egress'] },",
        to: "spec: { podSelector: {}, policyTypes: ['Ingress'] },",
      },
    ],
    scenario: NETWORK,
    why: /may go anywhere/,
  },
  {
    name: 'a network policy that lets everybody in',
    edits: [
      {
        file: 'src/constructs/network-policy.ts',
        from: 'rules.push(anyPort ? { from } : { from, ports: policyPorts(ports) });',
        to: 'rules.push({ ports: policyPorts(ports) });',
      },
    ],
    scenario: NETWORK,
    why: /can call .*Ingress|a stranger can call/,
  },
  {
    name: 'an Application path that does not exist',
    edits: [
      {
        file: 'src/delivery/application.ts',
        from: 'path: `dist/${environment.name}`,',
        to: 'path: `dist/${environment.name}-gone`,',
      },
    ],
    scenario: SAMPLE,
    why: /app path does not exist/,
  },
  {
    name: 'no self-heal in dev',
    edits: [
      {
        file: 'src/delivery/policy.ts',
        from: 'selfHeal: sync.selfHeal ?? first,',
        to: 'selfHeal: sync.selfHeal ?? false,',
      },
    ],
    scenario: 'drift in dev is healed: edited, scaled, deleted',
    why: /the scale to be undone/,
  },
  {
    name: 'everybody may sync',
    edits: [
      {
        file: 'src/delivery/rbac.ts',
        from: "'policy.default': '',",
        to: "'policy.default': 'role:admin',",
      },
    ],
    scenario: RBAC,
    why: /another group's token synced prod/,
  },
  {
    name: 'viewers may sync',
    edits: [
      {
        file: 'src/delivery/roles.ts',
        from: "view: { description: 'May look', permissions: VIEW },",
        to: "view: { description: 'May look', permissions: [...VIEW, ['applications', 'sync']] },",
      },
    ],
    scenario: RBAC,
    why: /a viewer's token synced prod/,
  },
  {
    name: 'lost sync windows',
    edits: [
      {
        file: 'src/delivery/app-project.ts',
        from: '{ syncWindows: values.windows.map(projectWindow) }',
        to: '{ syncWindows: [] }',
      },
    ],
    scenario: 'a sync window refuses a manual sync of prod outside it and lets it in inside',
    why: /outside the window was taken/,
  },
  {
    name: 'replicas beside an HPA',
    edits: [
      { file: 'src/constructs/deployment.ts', from: 'replicas: replicasOf(values),', to: 'replicas: 1,' },
      { file: 'src/manifests/checks/index.ts', from: '  autoscalers,\n  selecting,', to: '  selecting,' },
    ],
    scenario: SAMPLE,
    why: /Deployment frontend: OutOfSync/,
  },
  {
    name: 'a migration in the PreSync phase of Argo CD',
    edits: [
      {
        file: 'src/constructs/hook-job.ts',
        from: "phase === 'PreSync' ? 'Sync' : phase",
        to: 'phase',
      },
    ],
    scenario: SAMPLE,
    why: /podinfo-dev to be Synced and Healthy|podinfo-dev is in error/,
  },
  {
    name: 'an HPA that keeps one replica',
    edits: [
      {
        file: 'src/constructs/autoscaling.ts',
        from: 'minReplicas: values.minReplicas',
        to: 'minReplicas: 1',
      },
    ],
    scenario: 'an HPA raises prod to its minimum, and the Application stays Synced',
    why: /the minimum of .* is what it would have anyway/,
  },
  {
    name: 'a root Application that follows the wrong folder',
    edits: [
      { file: 'src/delivery/root.ts', from: "include: 'stage-*.yaml'", to: "include: 'stages-*.yaml'" },
    ],
    scenario: 'a root Application takes over the stages, heals them, and a new stage is one new file',
    why: /path of prod to be healed|waited 120 s/,
  },
  {
    name: 'no destructive guard',
    edits: [
      {
        file: 'src/manifests/guard.ts',
        from: 'const open = destructive.filter((change) => !allowed.has(change.text));',
        to: 'const open = destructive.filter((change) => !allowed.has(change.text) && false);',
      },
    ],
    scenario: 'an app removed from dev is refused, acknowledged, pruned, and can come back',
    why: /was to refuse the removal/,
  },
  {
    name: 'the Application of an app that reads the whole stage',
    edits: [
      {
        file: 'src/delivery/application.ts',
        from: 'application(repository, environment, name, { include, reads: include }),',
        to: "application(repository, environment, name, { include, reads: '.' }),",
      },
    ],
    scenario: 'of a hundred Applications one change reconciles one',
    why: /app-\d+\.yaml/,
  },
  {
    name: 'a Redis that the processes do not find',
    edits: [
      {
        file: 'src/delivery/cmd-params.ts',
        from: "'redis.server': 'argocd-redis-ha-haproxy:6379',",
        to: '',
      },
    ],
    scenario: 'every object that pulumi up would create is accepted, in both manifests',
    why: /redis\.server is lost/,
  },
  ...NOTIFICATION_MUTANTS,
  {
    name: 'a set that deletes what leaves it',
    edits: [
      {
        file: 'src/delivery/application-set.ts',
        from: "applicationsSync: 'create-update', preserve",
        to: "applicationsSync: 'sync', preserve",
      },
    ],
    scenario: FLEET,
    why: /the set to be looked at|went with its set/,
  },
  {
    name: 'a fleet without order',
    edits: [
      {
        file: 'src/delivery/cmd-params.ts',
        from: "'applicationsetcontroller.enable.progressive.syncs': 'true'",
        to: "'applicationsetcontroller.enable.progressive.syncs': 'false'",
      },
    ],
    scenario: FLEET,
    why: /the second cluster began|automated|undefined/,
  },
];

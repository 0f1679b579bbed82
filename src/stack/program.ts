import * as pulumi from '@pulumi/pulumi';
import { deliveries, deliveryProblems, type Delivery, type KindsByStage } from '../delivery';
import type { Repository } from '../model/environment';
import { UserError, type Problem } from '../model/errors';
import type { Installer } from './argo-cd';
import { GitOpsBootstrap, type ClusterAccess } from './bootstrap';
import type { StackConfig } from './config';
import type { GetManifest } from './fetch-manifest';
import type { CheckChart } from './local-chart';
import { manifestSource, readManifest } from './manifest';
import { outputsOf } from './outputs';
import { preflight, remoteClusters, warnings } from './preflight';
import { secretSpecs } from './secrets';

/** Everything the program depends on; it reads nothing by itself. */
export interface ProgramInput {
  readonly repository: Repository;
  readonly kinds: KindsByStage;
  readonly config: StackConfig;
  /** The name of the stack, for messages. */
  readonly stack: string;
  readonly access: ClusterAccess;
  readonly getManifest: GetManifest;
  readonly checkChart: CheckChart;
  /** What becomes of problems that stand in the way of an update; the plan shows them and goes on. */
  readonly onProblems: (problems: readonly Problem[]) => void;
}

/** What the stack says of itself when it is done. */
export type Outputs = Readonly<Record<string, pulumi.Input<unknown>>>;

/**
 * The Pulumi program: checks everything, then creates everything.
 *
 * @throws UserError before anything is created
 */
export async function program(input: ProgramInput): Promise<Outputs> {
  const { repository, config, stack } = input;
  const all = deliveries(repository, input.kinds);
  // Where no cluster has a hub, that is what to say, and not which of none is meant.
  if (all.length === 0) throw new UserError(deliveryProblems(repository));
  const delivery = chooseDelivery(all, config.cluster, stack);
  const { chart, installer: from } = config;
  const problems = [
    ...preflight(repository, delivery, config, stack),
    ...(from === 'helm' && chart !== undefined ? input.checkChart(chart) : []),
  ];
  if (problems.length > 0) input.onProblems(problems);
  const installer = await chooseInstaller(input);
  for (const warning of warnings(config)) await pulumi.log.warn(warning);
  new GitOpsBootstrap('gitops', {
    repository,
    delivery,
    installer,
    secrets: secretSpecs(config, repository.values.repository.url, remoteClusters(repository, delivery)),
    protect: config.protect,
    cluster: input.access,
  });
  return outputsOf(repository, delivery, config);
}

/** @throws UserError when it cannot be told which cluster this stack is for */
export function chooseDelivery(
  all: readonly Delivery[],
  wanted: string | undefined,
  stack: string,
): Delivery {
  const found = wanted === undefined ? all : all.filter(({ hub }) => hub === wanted);
  if (found.length === 1) return found[0]!;
  const names = all.map(({ hub }) => hub).join(', ');
  throw new UserError({
    code: 'stack-cluster',
    cause:
      wanted === undefined
        ? `${all.length} clusters run an Argo CD, and stageline:cluster names none of them`
        : `no stage is deployed from cluster "${wanted}"`,
    remedy: `pulumi config set stageline:cluster <one of: ${names}>`,
    at: { file: `Pulumi.${stack}.yaml` },
  });
}

async function chooseInstaller(input: ProgramInput): Promise<Installer> {
  const { config, stack } = input;
  if (config.installer === 'helm') return { kind: 'helm', chart: config.chart ?? { version: 'unset' } };
  const { version, profile } = input.repository.values.delivery.argocd;
  const source = manifestSource(version, profile, config, stack);
  const bytes = await input.getManifest(source.location);
  return bytes === undefined
    ? { kind: 'unread', source }
    : { kind: 'manifest', objects: readManifest(bytes, source) };
}

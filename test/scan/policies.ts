/**
 * Kyverno's own engine over the policies that are generated: every stage of the sample passes, and what is planted
 * against each of them fails. Images are signed by cosign, and their signatures verified, in a registry that runs here.
 * `npm run scan:policies`; needs the network once, for the programs.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { renderStageBase } from '../../src/constructs';
import { readManifests } from '../../src/manifests/read';
import type { KubeObject } from '../../src/model/kube';
import { renderAll } from '../../src/synth/prepare';
import { stageOf } from '../support/environment';
import { withSignedImages } from './signed-images';
import { kyverno } from './tools-kyverno';

const root = join(__dirname, '../..');
interface Counts {
  readonly pass: number;
  readonly fail: number;
}

type Objects = readonly KubeObject[];

function apply(scratch: string, policies: Objects, objects: Objects, registry = false): Counts {
  const write = (name: string, all: readonly KubeObject[]): string => {
    const path = join(scratch, name);
    writeFileSync(path, all.map((one) => stringify(one)).join('---\n'));
    return path;
  };
  mkdirSync(scratch, { recursive: true });
  const args = ['apply', write('policies.yaml', policies), '-r', write('objects.yaml', objects)];
  if (registry) args.push('--registry');
  const { stderr, stdout } = spawnSync(kyverno(), args, {
    encoding: 'utf8',
    env: { PATH: process.env['PATH'], HOME: scratch },
  });
  const match = /pass: (\d+), fail: (\d+), warn: 0, error: 0/.exec(stdout);
  if (!match) throw new Error(`${stdout}\n${stderr}`);
  return { pass: Number(match[1]), fail: Number(match[2]) };
}

/** Breaks every policy at once. */
const [bad] = readManifests(
  stringify({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'bad', namespace: 'podinfo-dev' },
    spec: {
      selector: { matchLabels: { app: 'bad' } },
      template: {
        metadata: { labels: { app: 'bad' } },
        spec: { containers: [{ name: 'bad', image: 'registry.invalid/bad:1' }] },
      },
    },
  }),
  'planted',
) as [KubeObject];

const pod = (image: string, field = 'containers'): KubeObject => {
  const containers = [{ name: 'main', image: field === 'containers' ? image : 'quay.invalid/other:1' }];
  const spec = { containers, ...(field !== 'containers' && { [field]: [{ name: 'more', image }] }) };
  return { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'web', namespace: 'podinfo-dev' }, spec };
};

async function main(): Promise<void> {
  const scratch = mkdtempSync(join(tmpdir(), 'policies-'));
  try {
    sample(scratch);
    plantedViolations(scratch);
    await signatures(scratch);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

function say(label: string, { fail, pass }: Counts, wanted: boolean): void {
  if (!wanted) process.exitCode = 1;
  console.log(
    `${label.padEnd(60)} pass ${String(pass).padStart(3)}  fail ${String(fail).padStart(3)}  ${wanted ? 'as it should' : 'WRONG'}`,
  );
}

function sample(scratch: string): void {
  const images = { registries: ['ghcr.io/stefanprodan', 'docker.io'] };
  for (const stage of renderAll(root)) {
    const objects = stage.files.flatMap((file) => file.objects);
    const policies = policiesOf(stage.name, { images, policies: { mode: 'enforce', probes: true } });
    const counts = apply(join(scratch, stage.name), policies, objects);
    say(`${stage.name} passes`, counts, counts.fail === 0 && counts.pass > 0);
  }
}

function plantedViolations(scratch: string): void {
  const images = { requireDigest: true, registries: ['ghcr.io/example'] };
  for (const policy of policiesOf('dev', { images, policies: { probes: true } })) {
    const { name } = policy.metadata;
    const planted = apply(join(scratch, name), [policy], [bad]);
    say(`a planted violation of ${name} fails`, planted, planted.fail > 0 && planted.pass === 0);
  }
  for (const policy of policiesOf('dev', {
    images,
    policies: { probes: true, exempt: { bad: 'as a test' } },
  })) {
    const { name } = policy.metadata;
    const counts = apply(join(scratch, `${name}-exempt`), [policy], [bad]);
    say(`${name} leaves alone what is exempt`, counts, counts.fail === 0);
  }
}

async function signatures(scratch: string): Promise<void> {
  await withSignedImages(join(scratch, 'images'), ({ keys, host, images }) => {
    const verify = (key: string): readonly KubeObject[] => {
      const one = { images: [`${host}/shop/*`], key, transparencyLog: false };
      return policiesOf('dev', { policies: { limits: false, verifyImages: [one] } });
    };
    const cases: [string, readonly KubeObject[], KubeObject, boolean][] = [
      ['a signed image passes', verify(keys.ours), pod(images.signed), true],
      ['an unsigned image fails', verify(keys.ours), pod(images.unsigned), false],
      ['an image signed by another key fails', verify(keys.other), pod(images.signed), false],
      ['an unsigned init container fails', verify(keys.ours), pod(images.unsigned, 'initContainers'), false],
      ['a signed init container passes', verify(keys.ours), pod(images.signed, 'initContainers'), true],
    ];
    for (const [index, [label, policies, object, passes]] of cases.entries()) {
      const counts = apply(join(scratch, `signatures-${index}`), policies, [object], true);
      say(label, counts, passes ? counts.pass > 0 && counts.fail === 0 : counts.fail > 0);
    }
  });
}

function policiesOf(name: string, values: Readonly<Record<string, unknown>>): readonly KubeObject[] {
  const objects = renderStageBase(stageOf({ name, project: 'podinfo', values }));
  return objects.filter(({ apiVersion }) => apiVersion.startsWith('policies.kyverno.io/'));
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});

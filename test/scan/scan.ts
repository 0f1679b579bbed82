/**
 * Runs the common manifest scanners over dist/ at their default settings. Every finding has to be waived in
 * waivers.yaml, with a reason, and every waiver has to be needed: `npm run scan`.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { checkov, kubeScore } from './tools';

interface Finding {
  readonly check: string;
  /** `stage Kind/name` */
  readonly object: string;
  readonly message: string;
}

const root = join(__dirname, '../..');
const stages = readdirSync(join(root, 'environments'))
  .filter((file) => file.endsWith('.yaml') && file !== 'base.yaml')
  .map((file) => file.replace('.yaml', ''))
  .sort();
const waivers = z
  .array(z.strictObject({ check: z.string(), object: z.string(), reason: z.string().min(10) }))
  .parse(parse(readFileSync(join(__dirname, 'waivers.yaml'), 'utf8')) ?? []);

function json(command: string, args: readonly string[]): unknown {
  const { stdout, error } = spawnSync(command, args, { encoding: 'utf8', maxBuffer: 1 << 28 });
  if (error) throw error;
  return JSON.parse(stdout);
}

const checkovReport = z.object({
  summary: z.object({ passed: z.number(), failed: z.number(), parsing_errors: z.literal(0) }),
  results: z.object({
    failed_checks: z.array(z.object({ check_id: z.string(), resource: z.string(), check_name: z.string() })),
  }),
});
function runCheckov(stage: string): { findings: Finding[]; checks: number } {
  const args = [
    '-d',
    join(root, 'dist', stage),
    '--framework',
    'kubernetes',
    '-o',
    'json',
    '--compact',
    '--quiet',
  ];
  const { results, summary } = checkovReport.parse(json(checkov(), args));
  const findings = results.failed_checks.map(({ check_id, resource, check_name }) => {
    const [kind, , name] = resource.split('.');
    return { check: check_id, object: `${stage} ${kind}/${name ?? resource}`, message: check_name };
  });
  return { findings, checks: summary.passed + summary.failed };
}

const scoreReport = z.array(
  z.object({
    type_meta: z.object({ kind: z.string() }),
    object_meta: z.object({ name: z.string() }),
    checks: z.array(
      z.object({
        check: z.object({ id: z.string() }),
        grade: z.number(),
        skipped: z.boolean(),
        comments: z.array(z.object({ path: z.string(), summary: z.string() })).nullable(),
      }),
    ),
  }),
);
const ALL_OK = 10;
function runKubeScore(stage: string): { findings: Finding[]; checks: number } {
  const folder = join(root, 'dist', stage);
  const files = readdirSync(folder).filter((file) => file.endsWith('.yaml'));
  const args = ['score', '--output-format', 'json', ...files.map((file) => join(folder, file))];
  const checks = scoreReport
    .parse(json(kubeScore(), args))
    .flatMap(({ type_meta, object_meta, checks }) =>
      checks
        .filter(({ skipped }) => !skipped)
        .map((check) => ({ ...check, object: `${type_meta.kind}/${object_meta.name}` })),
    );
  const findings = checks
    .filter(({ grade }) => grade < ALL_OK)
    .map(({ check, object, comments }) => ({
      check: check.id,
      object: `${stage} ${object}`,
      message: (comments ?? []).map(({ path, summary }) => `${path}: ${summary}`).join('; '),
    }));
  return { findings, checks: checks.length };
}

const matches = (waiver: (typeof waivers)[number], finding: Finding): boolean =>
  waiver.check === finding.check &&
  new RegExp(
    `^${waiver.object
      .split('*')
      .map((part) => part.replace(/[.\\/]/g, '\\$&'))
      .join('.*')}$`,
  ).test(finding.object);

const runs = stages.flatMap((stage) => [runCheckov(stage), runKubeScore(stage)]);
const findings = runs.flatMap((r) => r.findings);
const open = findings.filter((finding) => !waivers.some((waiver) => matches(waiver, finding)));
const stale = waivers.filter((waiver) => !findings.some((finding) => matches(waiver, finding)));
for (const { check, object, message } of open) console.log(`${check}  ${object}  ${message}`);
for (const { check, object } of stale) console.log(`stale waiver: ${check}  ${object}`);
const total = runs.reduce((sum, { checks }) => sum + checks, 0);
console.log(
  `${total} checks by checkov and kube-score, ${findings.length} findings, ${findings.length - open.length} waived`,
);
if (total === 0 || open.length > 0 || stale.length > 0) process.exitCode = 1;

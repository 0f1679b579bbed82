import { parseArgs } from 'node:util';
import { EXIT, UserError, type Problem } from '../model/errors';
import { yamlText } from '../model/yaml-text';
import { manifestGetter } from './fetch-manifest';
import { loadSources } from './load';
import { chartChecker } from './local-chart';
import { planConfig } from './plan-config';
import { planTable } from './plan-table';
import { program } from './program';
import { record, type Recorded } from './record';

const USAGE = 'npm run bootstrap:plan -- [--stack <name>] [--output table|yaml|json]';
const FORMATS = ['table', 'yaml', 'json'];

/** What `pulumi up` would create, by the same program, without an engine. */
export interface Plan {
  readonly stack: string;
  readonly resources: readonly Recorded[];
  readonly outputs: unknown;
  /** Why `pulumi up` would stop before it creates anything. */
  readonly problems: readonly Problem[];
  readonly notes: readonly string[];
}

/**
 * Runs the Pulumi program under Pulumi's own mocks. Reads no kubeconfig and uses no network.
 *
 * @throws UserError when the repository or the configuration of the stack cannot be read
 */
export async function plan(root: string, wanted?: string): Promise<Plan> {
  const { config, opaque, spoken, stack } = planConfig(root, wanted);
  const sources = loadSources(root);
  const problems: Problem[] = [];
  const notes = opaque.map(
    (key) => `stageline:${key} is encrypted as a whole: what it leads to is not shown`,
  );
  const read = manifestGetter(root, 'refrain');
  const { resources, outputs } = await record(async () => {
    return program({
      ...sources,
      config,
      stack: spoken,
      access: {},
      checkChart: chartChecker(root, stack),
      getManifest: async (location) => {
        const bytes = await read(location);
        if (bytes === undefined) notes.push(`${location} is not read: its objects are not shown`);
        return bytes;
      },
      onProblems: (found) => problems.push(...found.filter((problem) => !concerns(problem, opaque))),
    });
  }, stack);
  return { stack, resources, outputs, problems, notes };
}

/** What an encrypted setting may provide is no problem. */
function concerns({ code }: Problem, opaque: readonly string[]): boolean {
  return (
    (code === 'secret-missing' && opaque.some((key) => key !== 'clusters')) ||
    (code === 'cluster-not-registered' && opaque.includes('clusters'))
  );
}

/** The command: prints the plan, and exits with 1 where `pulumi up` would refuse. */
export async function main(process: NodeJS.Process): Promise<void> {
  try {
    const { output, stack } = readArgs(process.argv.slice(2));
    const planned = await plan(process.cwd(), stack);
    process.stdout.write(format(planned, output));
    for (const note of planned.notes) process.stderr.write(`${note}\n`);
    if (planned.problems.length > 0) throw new UserError(planned.problems);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exitCode = error.exitCode;
  }
}

function readArgs(argv: string[]): { output: string; stack?: string } {
  try {
    const { values } = parseArgs({
      args: argv,
      options: {
        output: { type: 'string', short: 'o', default: 'table' },
        stack: { type: 'string', short: 's' },
      },
    });
    if (!FORMATS.includes(values.output)) throw new Error(`"${values.output}" is no output`);
    return values;
  } catch (error) {
    const cause = error instanceof Error ? error.message : String(error);
    throw new UserError({ code: 'usage', cause, remedy: USAGE }, EXIT.error);
  }
}

function format(planned: Plan, output: string): string {
  const objects = planned.resources.flatMap((resource) => resource.objects);
  if (output === 'json') return `${JSON.stringify(planned, null, 2)}\n`;
  const yaml = objects.map((object) => `---\n${yamlText(object)}`);
  if (output === 'yaml') return yaml.join('');
  return planTable(planned);
}

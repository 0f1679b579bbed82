import { DELIVERY } from '../delivery/names';
import type { DistFile, FileState } from '../manifests/publish';
import { formatDelivery, formatSummaries, type Changes, type StageSummary } from '../manifests/summary';
import { getOrSet } from '../model/maps';

/** How a run went about it. */
interface Mode {
  readonly check?: boolean;
  readonly dryRun?: boolean;
}

/** What a run found. */
interface Findings {
  readonly stages: readonly StageSummary[];
  readonly delivery: Changes;
  readonly files: readonly DistFile[];
  readonly hostFiles: readonly string[];
}

/** What a person reads of a run: its stages, what Argo CD is told anew, and the files that were not as they should be. */
export function report({ stages, delivery, files, hostFiles }: Findings, { check, dryRun }: Mode): string {
  const lines = [...formatSummaries(stages), ...formatDelivery(inFew(delivery))];
  if (check) {
    const stale = [
      ...files.map(
        (file) => `dist/${file.path}: ${file.state}${isDeployedUnseen(file) ? `, and ${unseen(file)}` : ''}`,
      ),
      ...hostFiles.map((path) => `${path}: out of date`),
    ];
    return [...lines, ...(stale.length > 0 ? stale : ['dist/ is up to date'])].join('\n');
  }
  const would = dryRun ? 'would be ' : '';
  const inState = (...states: FileState[]) => files.filter(({ state }) => states.includes(state));
  return [
    ...lines,
    ...hostFiles.map((path) => `${path}: ${would}brought up to date`),
    ...writtenAnew(inState('edited'), 'edited by hand', would),
    ...writtenAnew(inState('line-endings'), 'other line endings', would),
    ...inState('unlisted').map((file) => left(file, 'of stageline, but no lock lists it')),
    ...inState('foreign').map((file) => left(file, 'not ours')),
  ].join('\n');
}

/** As many as a person reads: a checkout on Windows, or a careless `sed`, touches thousands. */
const MOST_NAMED = 10;

/** Where each app has an Application, a thousand change alike: those are named together. */
function inFew({ added, changed, removed }: Changes): Changes {
  const alike = new Map<string, Changes['changed'][number][]>();
  for (const each of changed) getOrSet(alike, JSON.stringify(each.fields), () => []).push(each);
  return {
    added: few(added),
    changed: [...alike.values()].map((group) => ({
      object: few(group.map(({ object }) => object)).join(', '),
      fields: group[0]!.fields,
    })),
    removed: few(removed),
  };
}

const few = (names: readonly string[]): readonly string[] =>
  names.length > MOST_NAMED ? [...names.slice(0, MOST_NAMED), `${names.length - MOST_NAMED} more`] : names;

function writtenAnew(files: readonly DistFile[], why: string, would: string): string[] {
  const others = files.length - MOST_NAMED;
  const named = files.slice(0, MOST_NAMED).map(({ path }) => `dist/${path}: ${why}, ${would}written anew`);
  return others > 0 ? [...named, `${others} more: ${why}, ${would}written anew`] : named;
}

const left = (file: DistFile, is: string): string =>
  `dist/${file.path} is ${is}, and was left as it is${isDeployedUnseen(file) ? `; it ${unseen(file)}` : ''}`;

/**
 * Whether a file that nobody rendered is deployed all the same. An Application takes every `.yaml` below its stage's
 * folder, hidden ones too, and `.argocd-source.yaml` as an override of itself; since it names `directory`, Argo CD
 * looks for no other kind of source. What lies in dist/argocd/ may be applied by kubectl, which takes `.yml` and `.json` too.
 */
export function isDeployedUnseen({ path, state }: DistFile): boolean {
  if (state !== 'foreign' && state !== 'unlisted') return false;
  return path.startsWith(`${DELIVERY}/`) ? /\.(ya?ml|json)$/.test(path) : /\/.*\.yaml$/.test(path);
}

function unseen({ path, state }: DistFile): string {
  const home = path.startsWith(`${DELIVERY}/`)
    ? 'out of dist/'
    : 'to the folder of an app of manifests (docs/environments.md)';
  const remedy = state === 'unlisted' ? 'delete it if nobody needs it' : `move it ${home}, or delete it`;
  return `would be deployed though no check has seen it: ${remedy}`;
}

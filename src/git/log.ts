import { gitFailed, runGit } from './run';
import { requireCommit } from './read';
import type { Repo } from './repository';

/** A commit, as far as history is asked for. */
export interface LogEntry {
  readonly commit: string;
  readonly parents: readonly string[];
  /** Of the committer, seconds since 1970. */
  readonly time: number;
  readonly author: string;
  readonly email: string;
  readonly subject: string;
  /** In the order of the message; a key may come more than once. */
  readonly trailers: readonly (readonly [key: string, value: string])[];
}

export interface LogOptions {
  /** Where to start. @default HEAD */
  readonly to?: string;
  /** Left out, with all its history. */
  readonly from?: string;
  /** Only commits that touch one of these. */
  readonly paths?: readonly string[];
  /** Merges count as one commit of the line they were merged into. @default true */
  readonly firstParent?: boolean;
  /** Whether merges are among them. @default true */
  readonly merges?: boolean;
  readonly limit?: number;
}

const FIELDS = ['%H', '%P', '%ct', '%aN', '%aE', '%s', '%(trailers:only=true,unfold=true)'];
// With -z a record ends with NUL, and NUL is the one character that no field can hold.
const FORMAT = `--format=tformat:${FIELDS.join('%x00')}`;

/** Walks history from the newest commit on, a commit at a time, in constant memory. */
export async function eachCommit(
  repo: Repo,
  options: LogOptions,
  visit: (entry: LogEntry) => void,
): Promise<void> {
  const { paths = [], firstParent = true, merges = true, limit } = options;
  const args = [
    'log',
    '-z',
    '--encoding=UTF-8',
    '--no-show-signature',
    '--no-notes',
    '--no-ext-diff',
    FORMAT,
  ];
  if (firstParent) args.push('--first-parent');
  if (!merges) args.push('--no-merges');
  if (limit !== undefined) args.push(`--max-count=${limit}`);
  args.push(await requireCommit(repo, options.to ?? 'HEAD'));
  if (options.from !== undefined) args.push(`^${await requireCommit(repo, options.from)}`);
  args.push('--', ...paths);

  let rest: Buffer = Buffer.alloc(0);
  let fields: string[] = [];
  const onData = (chunk: Buffer): void => {
    rest = Buffer.concat([rest, chunk]);
    let at = 0;
    for (let end = rest.indexOf(0); end >= 0; end = rest.indexOf(0, at)) {
      fields.push(rest.toString('utf8', at, end));
      at = end + 1;
      if (fields.length < FIELDS.length) continue;
      visit(parseEntry(fields));
      fields = [];
    }
    rest = rest.subarray(at);
  };
  const result = await runGit(args, { cwd: repo.root, env: repo.env, onData });
  if (result.code !== 0) throw gitFailed(args, result);
}

/** The same as a list. */
export async function readLog(repo: Repo, options: LogOptions = {}): Promise<LogEntry[]> {
  const entries: LogEntry[] = [];
  await eachCommit(repo, options, (entry) => entries.push(entry));
  return entries;
}

function parseEntry(fields: readonly string[]): LogEntry {
  const [commit, parents, time, author, email, subject, trailers] = fields as [
    string,
    string,
    string,
    string,
    string,
    string,
    string,
  ];
  return {
    commit,
    parents: parents.split(' ').filter(Boolean),
    time: Number(time),
    author,
    email,
    subject,
    trailers: trailers.split('\n').flatMap((line) => {
      const colon = line.indexOf(':');
      return colon > 0 ? [[line.slice(0, colon), line.slice(colon + 1).trim()] as const] : [];
    }),
  };
}

/** The first trailer of that name, whatever its case. */
export function trailer(entry: LogEntry, key: string): string | undefined {
  return entry.trailers.find(([name]) => name.toLowerCase() === key.toLowerCase())?.[1];
}

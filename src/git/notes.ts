import { buildCommit, type Change } from './commit';
import { fetchTip, pushPlanned, type PushOptions, type RemoteRef } from './push';
import { isAncestor, readObjects } from './read';
import { notesDamaged, NOTES_REF, notesTip, requireNotes } from './notes-ref';
import { swapRef } from './refs';
import type { Repo } from './repository';

/** Every note: the lines on each commit, by its full id. */
export async function readNotes(repo: Repo): Promise<ReadonlyMap<string, readonly string[]>> {
  const tip = await notesTip(repo);
  if (tip === undefined) return new Map();
  return readLines(repo, await listNotes(repo, tip));
}

async function readLines(
  repo: Repo,
  entries: readonly NoteEntry[],
): Promise<ReadonlyMap<string, readonly string[]>> {
  const blobs = await readObjects(
    repo,
    entries.map((entry) => entry.oid),
  );
  const notes = new Map<string, readonly string[]>();
  // Git spreads notes over folders as it likes; the same commit may come twice after a merge by hand.
  for (const [i, { commit }] of entries.entries()) {
    const blob = blobs[i];
    if (!blob) throw await notesDamaged(repo, `lacks the text of the note on ${commit}`);
    if (blob.length > MAX_NOTE)
      throw await notesDamaged(repo, `has a note of ${blob.length >> 20} MiB, on ${commit}`);
    notes.set(commit, union(notes.get(commit) ?? [], linesOf(blob.toString('utf8'))));
  }
  return notes;
}

/** In bytes: a hundred thousand records of one commit. */
const MAX_NOTE = 16 << 20;

interface NoteEntry {
  readonly commit: string;
  readonly path: string;
  readonly oid: string;
}

async function listNotes(repo: Repo, tip: string): Promise<NoteEntry[]> {
  const listing = (await repo.run(['ls-tree', '-r', '-z', '--full-tree', tip])).toString('utf8');
  return listing
    .split('\0')
    .filter(Boolean)
    .map((line) => {
      const path = line.slice(line.indexOf('\t') + 1);
      return {
        path,
        commit: path.replaceAll('/', ''),
        oid: line.slice(0, line.indexOf('\t')).split(' ')[2]!,
      };
    })
    .filter((entry) => /^[0-9a-f]{40,64}$/.test(entry.commit));
}

const linesOf = (text: string): string[] => text.split('\n').filter((line) => line.trim() !== '');
const union = (a: readonly string[], b: readonly string[]): string[] => [...new Set([...a, ...b])].sort();

/**
 * Adds a line to the note of a commit. Returns false, and writes nothing, when it is there already. Safe against others
 * who do so at the same moment.
 */
export async function appendNote(repo: Repo, commit: string, line: string): Promise<boolean> {
  for (let tries = 0; ; tries++) {
    const tip = await notesTip(repo);
    const entries = tip === undefined ? [] : await notesOf(repo, tip, commit);
    const before = (await readLines(repo, entries)).get(commit) ?? [];
    if (before.includes(line)) return false;
    const next = await buildCommit(repo, {
      parents: tip === undefined ? [] : [tip],
      changes: noteChanges(commit, entries, union(before, [line])),
      subject: 'stageline record',
    });
    if (next !== undefined && (await swapRef(repo, NOTES_REF, tip, next, 'record'))) return true;
    if (tries >= 50) throw new Error(`${NOTES_REF} moves faster than a record can be added`);
  }
}

function notesOf(repo: Repo, tip: string, commit: string): Promise<NoteEntry[]> {
  const folders = [commit, `${commit.slice(0, 2)}/${commit.slice(2)}`];
  folders.push(`${commit.slice(0, 2)}/${commit.slice(2, 4)}/${commit.slice(4)}`);
  return repo
    .run(['ls-tree', '-r', '-z', '--full-tree', tip, '--', ...folders])
    .then((listing) => listing.toString('utf8').split('\0').filter(Boolean))
    .then((lines) =>
      lines.map((line) => {
        const tab = line.indexOf('\t');
        return { path: line.slice(tab + 1), commit, oid: line.slice(0, tab).split(' ')[2]! };
      }),
    );
}

function noteChanges(
  commit: string,
  entries: readonly NoteEntry[],
  lines: readonly string[],
): Map<string, Change> {
  const changes = new Map<string, Change>(entries.map((entry) => [entry.path, null]));
  const path = entries[0]?.path ?? `${commit.slice(0, 2)}/${commit.slice(2)}`;
  return changes.set(path, lines.map((line) => `${line}\n`).join(''));
}

/** Brings what others recorded into this clone, keeping what was recorded here. */
export async function fetchNotes(repo: Repo, remote: string): Promise<void> {
  await notesTip(repo); // git fetches nothing where a ref leads nowhere
  const theirs = await fetchTip(repo, notesOn(remote));
  if (theirs === undefined) return;
  await requireNotes(repo, theirs, remote);
  for (;;) {
    const ours = await notesTip(repo);
    const merged = await mergeNotes(repo, ours, theirs);
    if (merged === ours || (await swapRef(repo, NOTES_REF, ours, merged, 'merge records'))) return;
  }
}

/** Sends what was recorded here, merged with what others recorded. */
export async function pushNotes(repo: Repo, remote: string, options: PushOptions): Promise<void> {
  await notesTip(repo);
  await pushPlanned(
    repo,
    notesOn(remote),
    async (tip) => {
      const ours = await notesTip(repo);
      if (ours === undefined) return { value: undefined };
      if (tip === undefined) return { commit: ours, value: undefined };
      await requireNotes(repo, tip, remote);
      const commit = await mergeNotes(repo, ours, tip);
      if (commit !== ours) await swapRef(repo, NOTES_REF, ours, commit, 'merge records');
      return { commit, value: undefined };
    },
    options,
  );
}

const notesOn = (remote: string): RemoteRef => ({
  remote,
  ref: NOTES_REF,
  tracking: `refs/stageline/${remote}/notes`,
});

/** A commit that has the lines of both sides (git's `cat_sort_uniq`). */
async function mergeNotes(repo: Repo, ours: string | undefined, theirs: string): Promise<string> {
  if (ours === undefined || (await isAncestor(repo, ours, theirs))) return theirs;
  if (await isAncestor(repo, theirs, ours)) return ours;
  const [mine, other] = [await listNotes(repo, ours), await listNotes(repo, theirs)];
  const known = new Set(mine.map((entry) => `${entry.path} ${entry.oid}`));
  const differing = new Set(
    other.filter((entry) => !known.has(`${entry.path} ${entry.oid}`)).map((entry) => entry.commit),
  );
  const [mineByCommit, otherByCommit] = [mine, other].map((entries) =>
    entries.filter((entry) => differing.has(entry.commit)),
  ) as [NoteEntry[], NoteEntry[]];
  const [a, b] = [await readLines(repo, mineByCommit), await readLines(repo, otherByCommit)];
  const changes = new Map<string, Change>();
  for (const commit of differing) {
    const entries = mineByCommit.filter((entry) => entry.commit === commit);
    const lines = union(a.get(commit) ?? [], b.get(commit) ?? []);
    for (const [path, content] of noteChanges(commit, entries, lines)) changes.set(path, content);
  }
  const merged = await buildCommit(repo, {
    parents: [ours, theirs],
    changes,
    subject: 'stageline: merge records',
  });
  return merged!;
}

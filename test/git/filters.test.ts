import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { moveBranch } from '../../src/git/checkout';
import { buildCommit } from '../../src/git/commit';
import { openRepository } from '../../src/git/repository';
import { cloneOf, commitFiles, git, newRepository, removeScratch, CLEAN_ENV } from './scratch';

afterAll(removeScratch);

interface Case {
  readonly name: string;
  readonly attributes?: string;
  /** Attributes of the clone alone. */
  readonly info?: string;
  readonly config?: readonly (readonly [key: string, value: string])[];
  /** What Git has of the stage's file. @default the text as it is */
  readonly committed?: (text: string) => string;
}

const crlf = (text: string): string => text.replaceAll('\n', '\r\n');
const upper = (text: string): string => text.toUpperCase();
const UPPER = [
  ['filter.upper.clean', 'tr a-z A-Z'],
  ['filter.upper.smudge', 'tr A-Z a-z'],
  ['filter.upper.required', 'true'],
] as const;

const CASES: readonly Case[] = [
  { name: 'no conversion' },
  { name: 'no conversion, CRLF in the commit', committed: crlf },
  { name: 'core.autocrlf=true', config: [['core.autocrlf', 'true']] },
  { name: 'core.autocrlf=true, CRLF in the commit', config: [['core.autocrlf', 'true']], committed: crlf },
  {
    name: 'core.autocrlf=input, CRLF in the commit',
    config: [['core.autocrlf', 'input']],
    committed: crlf,
  },
  {
    name: 'core.autocrlf=true and core.safecrlf=true',
    config: [
      ['core.autocrlf', 'true'],
      ['core.safecrlf', 'true'],
    ],
  },
  { name: 'eol=crlf', attributes: '*.yaml text eol=crlf\n' },
  { name: 'text=auto and core.eol=crlf', attributes: '* text=auto\n', config: [['core.eol', 'crlf']] },
  { name: 'ident', attributes: 'environments/* ident\n' },
  { name: 'a filter', attributes: 'environments/* filter=upper\n', config: UPPER, committed: upper },
  {
    name: 'a filter of this clone alone',
    info: 'environments/* filter=upper\n',
    config: UPPER,
    committed: upper,
  },
];

const STAGE = 'environments/prod.yaml';
const DIST = 'dist/prod/web.yaml';
const NEW = 'dist/prod/new.yaml';

/** A clone whose files are as git checks them out under that configuration. */
function checkedOut({ attributes, info, config = [], committed = (text) => text }: Case): string {
  const origin = newRepository();
  commitFiles(origin, {
    ...(attributes === undefined ? {} : { '.gitattributes': attributes }),
    [STAGE]: committed('# $Id$\nreplicas: 1\n'),
    [DIST]: 'replicas: 1\n',
  });
  const dir = cloneOf(origin, 'clone', '--no-checkout');
  for (const [key, value] of config) git(dir, 'config', key, value);
  if (info !== undefined) writeFileSync(join(dir, '.git/info/attributes'), info);
  git(dir, 'checkout', '-q', 'main');
  return dir;
}

test.each(CASES)(
  'with $name a commit holds what git add makes of it, and the checkout is clean',
  async (it) => {
    const [dir, twin] = [checkedOut(it), checkedOut(it)];
    expect(git(dir, 'status', '--porcelain')).toBe('');
    // As an edit does: the line ends of the file stay, in its new lines too.
    const now = readFileSync(join(dir, STAGE), 'utf8');
    const eol = now.includes('\r\n') ? '\r\n' : '\n';
    const changes = new Map([
      [STAGE, now.replace('replicas: 1', `replicas: 2${eol}hold: x`)],
      [DIST, 'replicas: 2\n'],
      [NEW, 'new: 1\n'],
    ]);
    const repo = (await openRepository(dir, CLEAN_ENV))!;
    const from = git(dir, 'rev-parse', 'HEAD');
    const to = (await buildCommit(repo, { parents: [from], changes, subject: 'edit' }))!;
    const moved = await moveBranch(repo, { ref: 'refs/heads/main', from, to, reason: 'edit' });
    expect(moved).toEqual({ moved: true, left: [] });
    expect(git(dir, 'status', '--porcelain')).toBe('');

    for (const [path, text] of changes) writeFileSync(join(twin, path), text);
    git(twin, '-c', 'core.safecrlf=false', 'add', '-A');
    expect(git(dir, 'rev-parse', 'HEAD^{tree}')).toBe(git(twin, 'write-tree'));
    expect(git(dir, 'cat-file', 'blob', `HEAD:${DIST}`)).not.toContain('\r');
    // Files are what git would check out.
    const texts = (): string[] => [STAGE, DIST, NEW].map((path) => readFileSync(join(dir, path), 'utf8'));
    const followed = texts();
    git(dir, 'checkout', '-q', 'HEAD~1');
    git(dir, 'checkout', '-q', 'main');
    expect(texts()).toEqual(followed);
  },
);

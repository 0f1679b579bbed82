import { randomBytes } from 'node:crypto';
import { closeSync, lstatSync, mkdirSync, openSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { UserError } from '../../model/errors';
import { listFolder, requireFolder } from './disk';
import { errnoOf } from './fs-errors';
import { DIST, SCRATCH } from './paths';

/**
 * Who holds, or asks for, the right to write dist/. All of it stands in the name of an empty file, so that the
 * file is whole the moment it exists, and no two are ever called the same.
 */
interface Holder {
  readonly pid: number;
  /** When the process started, so that a later process with the same id is not taken for it; `0`: unknown. */
  readonly start: string;
  /** Process ids mean something within one namespace only (containers). */
  readonly namespace: string;
  readonly nonce: string;
  readonly host: string;
}

const namePattern = /^lock\.(\d{1,10})\.([0-9a-z-]+)\.([0-9a-z]+)\.([0-9a-f]+)\.([\w-]*)$/;
/** How long the lock of another machine or container counts, in milliseconds: its process cannot be asked. */
const FOREIGN_LOCK_AGE = 15 * 60_000;

const nameOf = (h: Holder): string => ['lock', h.pid, h.start, h.namespace, h.nonce, h.host].join('.');

function parseName(name: string): Holder | undefined {
  const [, pid, start = '', namespace = '', nonce = '', host = ''] = namePattern.exec(name) ?? [];
  return pid === undefined ? undefined : { pid: Number(pid), start, namespace, nonce, host };
}

function self(): Holder {
  return {
    pid: process.pid,
    start: startOf(process.pid) ?? '0',
    namespace: namespaceOfProcesses(),
    nonce: randomBytes(6).toString('hex'),
    host: hostname()
      .replace(/[^\w-]/g, '_')
      .slice(0, 63),
  };
}

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

/** Boot and start time of a process, where /proc tells them; undefined: no such process, or a zombie. */
function startOf(pid: number): string | undefined {
  const stat = textOf(`/proc/${pid}/stat`);
  if (stat === undefined) return undefined;
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  if (fields[0] === 'Z' || fields[0] === 'X') return undefined;
  const boot = textOf('/proc/sys/kernel/random/boot_id')?.slice(0, 8) ?? '';
  return `${boot}-${fields[19] ?? ''}`;
}

function namespaceOfProcesses(): string {
  try {
    return readlinkSync('/proc/self/ns/pid').replace(/\D/g, '') || '0';
  } catch {
    return '0';
  }
}

function isRunning(holder: Holder, me: Holder): boolean {
  if (me.start !== '0') {
    const start = startOf(holder.pid);
    return start !== undefined && (holder.start === '0' || holder.start === start);
  }
  try {
    process.kill(holder.pid, 0);
    return true;
  } catch (error) {
    return errnoOf(error) === 'EPERM';
  }
}

/** The other files that still count. Those of dead processes are removed: nobody will ever use their names again. */
function rivals(folder: string, own: string, me: Holder): Holder[] {
  const found: Holder[] = [];
  for (const { path: name } of listFolder(folder)) {
    const holder = name === own ? undefined : parseName(name);
    if (!holder) continue;
    const here = holder.host === me.host && holder.namespace === me.namespace;
    const counts = here ? isRunning(holder, me) : isYoung(join(folder, name), join(folder, own));
    if (counts) found.push(holder);
    else rmSync(join(folder, name), { force: true });
  }
  return found;
}

/** Both times come from the same file system, so the clocks of two machines need not agree. */
function isYoung(other: string, own: string): boolean {
  const [theirs, ours] = [other, own].map((path) => lstatSync(path, { throwIfNoEntry: false })?.mtimeMs);
  if (theirs === undefined) return false;
  return ours === undefined || ours - theirs < FOREIGN_LOCK_AGE;
}

/**
 * Runs a step while no other stageline writes the same dist/, waiting up to `waitMs` milliseconds for its turn.
 *
 * Each asker first makes a file of its own (O_EXCL), then looks for others. Of two that hold at once, one would
 * have looked after the other's file was there, and would have seen it; so no two ever hold. A dead process's file
 * is simply removed: as its name is unique, nobody can remove a live one by mistake.
 * @throws UserError `output-locked` naming who holds it
 */
export function withProcessLock<T>(root: string, waitMs: number, step: () => T): T {
  requireFolder(root, SCRATCH);
  const folder = join(root, SCRATCH);
  const until = performance.now() + waitMs;
  const me = self();
  const own = nameOf(me);
  const path = join(folder, own);
  for (;;) {
    mkdirSync(folder, { recursive: true });
    try {
      closeSync(openSync(path, 'wx'));
      const [rival] = rivals(folder, own, me);
      if (!rival) return step();
      if (performance.now() >= until) throw new UserError(lockedProblem(rival, waitMs));
    } finally {
      rmSync(path, { force: true });
    }
    pause(20 + Math.random() * 80);
  }
}

function lockedProblem(holder: Holder, waitMs: number) {
  const file = `${SCRATCH}/${nameOf(holder)}`;
  return {
    code: 'output-locked',
    cause: `process ${holder.pid} on host "${holder.host}" is writing ${DIST}/ (waited ${waitMs / 1000} s)`,
    consequence: 'Nothing was written.',
    remedy: `Wait until it is done. If that process is gone, delete "${file}".`,
  };
}

/** Sleeps without using the processor; nothing else runs in this process meanwhile. */
function pause(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}

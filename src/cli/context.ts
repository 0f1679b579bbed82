import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { EXIT, type ExitCode } from '../model/errors';

/** What a command knows of the world, and the only ways in which it speaks. */
export interface Context {
  /** The repository's root: where environments/ is, at or above the working directory. */
  readonly root: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly now: () => Date;
  /** Data, on standard output. */
  readonly print: (text: string) => void;
  /** Messages, on standard error. */
  readonly tell: (text: string) => void;
  /** Standard error as it is, where it is a terminal: for what is not to stay on it. */
  readonly terminal?: (text: string) => void;
  readonly finish: (code: ExitCode) => void;
  /** Standard input. */
  readonly input: Input;
}

/** Standard input; of a terminal when it can be put into raw mode. */
export type Input = NodeJS.ReadableStream & {
  readonly isTTY?: boolean;
  readonly setRawMode?: (on: boolean) => unknown;
};

/** The part of Node's `process` that the command line uses. */
export interface ProcessLike {
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: () => string;
  readonly stdout: { write(text: string): unknown };
  readonly stderr: { readonly isTTY?: boolean; write(text: string): unknown };
  readonly stdin: Input;
  exitCode?: number | string | null | undefined;
}

export function contextOf(process: ProcessLike): Context {
  const { env } = process;
  return {
    root: rootAbove(process.cwd()),
    env,
    now: () => new Date(),
    print: (text) => void process.stdout.write(`${text}\n`),
    tell: (text) => void process.stderr.write(`${text}\n`),
    terminal: process.stderr.isTTY ? (text) => void process.stderr.write(text) : undefined,
    get input() {
      return process.stdin; // opened when it is asked for
    },
    finish: (code) => {
      if (code !== EXIT.done) process.exitCode = code;
    },
  };
}

/** The repository that a folder lies in: the nearest one upwards that has environments/, or the folder itself. */
function rootAbove(folder: string): string {
  for (let at = folder; ; at = dirname(at)) {
    if (existsSync(join(at, 'environments', 'base.yaml'))) return at;
    if (dirname(at) === at) return folder;
  }
}

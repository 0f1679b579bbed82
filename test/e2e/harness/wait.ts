import { createServer, type AddressInfo } from 'node:net';

/** Ports on 127.0.0.1 that are free now; all are held until the last is found, so they differ. */
export async function freePorts<K extends string>(names: readonly K[]): Promise<Record<K, number>> {
  const servers = await Promise.all(
    names.map(
      () =>
        new Promise<ReturnType<typeof createServer>>((done, fail) => {
          const server = createServer();
          server.once('error', fail);
          server.listen(0, '127.0.0.1', () => done(server));
        }),
    ),
  );
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => new Promise((done) => server.close(done))));
  return Object.fromEntries(names.map((name, index) => [name, ports[index]!])) as Record<K, number>;
}

export interface UntilOptions {
  /** Seconds, many times what a quiet machine needs. @default 180 */
  readonly within?: number;
  /** Milliseconds between two looks. @default 250 */
  readonly every?: number;
  /** Called before each look; what it throws ends the wait. */
  readonly guard?: () => void;
}

/** Thrown by a probe for which waiting longer is of no use. */
export class Hopeless extends Error {}

/**
 * Looks again and again until the probe returns something else than undefined or false.
 *
 * @throws Error that names what was waited for and what the last look said.
 */
export async function until<T>(
  what: string,
  probe: () => Promise<T | undefined | false> | T | undefined | false,
  options: UntilOptions = {},
): Promise<T> {
  const { within = 180, every = 250, guard } = options;
  const end = Date.now() + within * 1000;
  let last = '';
  for (;;) {
    guard?.();
    try {
      const value = await probe();
      if (value !== undefined && value !== false) return value;
    } catch (error) {
      if (error instanceof Hopeless) throw error;
      last = error instanceof Error ? error.message : String(error);
    }
    if (Date.now() > end) throw new Error(`waited ${within} s for: ${what}${last && `\nlast: ${last}`}`);
    await new Promise((done) => setTimeout(done, every));
  }
}

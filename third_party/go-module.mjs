// Fetches one Go module into a cache of its own, hands its folder to `use`, and removes the cache again.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** @returns what `use(folder, sum)` returns; `sum` is the module's checksum as go.sum holds it. */
export function withModule(path, version, use) {
  const cache = mkdtempSync(join(tmpdir(), 'stageline-module-'));
  try {
    const env = { ...process.env, GOMODCACHE: cache, GOFLAGS: '-modcacherw', GO111MODULE: 'on' };
    const answer = execFileSync('go', ['mod', 'download', '-json', `${path}@${version}`], {
      cwd: cache,
      env,
      encoding: 'utf8',
      maxBuffer: 1e7,
    });
    const { Dir, Sum } = JSON.parse(answer);
    return use(Dir, Sum);
  } finally {
    rmSync(cache, { recursive: true, force: true });
  }
}

// A process of its own that publishes, or holds the lock: what tests kill, starve and run beside others.
//   node -r tsx/cjs child.ts publish <root> <stages.json>
//   node -r tsx/cjs child.ts hold <root>          holds the lock and says so, until it is killed
//   node -r tsx/cjs child.ts compete <root> <n>   takes the lock n times, and fails if it was not alone
import { closeSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { publish } from '../../../src/manifests/publish';
import { withProcessLock } from '../../../src/manifests/publish/process-lock';

const [command, root = '', argument = ''] = process.argv.slice(2);
const pause = (ms: number) => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);

if (command === 'publish') {
  const result = publish({ root, stages: JSON.parse(readFileSync(argument, 'utf8')) });
  writeSync(1, `${JSON.stringify(result)}\n`);
} else if (command === 'hold') {
  withProcessLock(root, 0, () => {
    writeSync(1, 'held\n');
    pause(600_000);
  });
} else if (command === 'compete') {
  for (let i = 0; i < Number(argument); i++) {
    withProcessLock(root, 60_000, () => {
      const alone = join(root, 'alone');
      closeSync(openSync(alone, 'wx'));
      pause(1);
      rmSync(alone);
    });
  }
} else {
  throw new Error(`no such command: ${command}`);
}

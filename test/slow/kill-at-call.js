// Loaded before a program (node -r): the program ends by SIGKILL just before its n-th call that changes the disk; a
// write is torn in the middle. STAGELINE_KILL_AT=<n>, counted from 0, or from the first call that names a path with the
// end STAGELINE_KILL_FROM.
const fs = require('node:fs');

const at = Number(process.env.STAGELINE_KILL_AT);
const from = process.env.STAGELINE_KILL_FROM ?? '';
let isCounting = from === '';
let calls = 0;

function die() {
  process.kill(process.pid, 'SIGKILL');
  // The signal needs not arrive at once; nothing more is done meanwhile.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
}

const changing = [
  'writeSync',
  'writeFileSync',
  'renameSync',
  'linkSync',
  'copyFileSync',
  'mkdirSync',
  'rmdirSync',
  'rmSync',
];
for (const name of [...changing, 'openSync']) {
  const real = fs[name];
  fs[name] = (...args) => {
    if (name === 'openSync' && args[1] !== 'wx') return real(...args);
    if (name === 'writeSync' && args[0] <= 2) return real(...args);
    isCounting ||= args.some((arg) => typeof arg === 'string' && arg.endsWith(from));
    if (isCounting && calls++ === at) {
      if (name === 'writeSync') real(args[0], args[1], args[2], Math.floor((args[1].length - args[2]) / 2));
      if (name === 'writeFileSync') real(args[0], args[1].slice(0, args[1].length / 2), args[2]);
      die();
    }
    return real(...args);
  };
}

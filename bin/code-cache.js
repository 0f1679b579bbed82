// What V8 compiled of a bundle, for one version of Node: a checksum, the commands that it was kept after, and the code.
// Functions are compiled when they are first called, so each command adds its own.
const { readFileSync, renameSync, writeFileSync } = require('node:fs');
const { crc32 } = require('node:zlib');

/** @param bundle path of the bundle, beside which the code is kept */
function openCodeCache(bundle) {
  const file = bundle.replace(/js$/, `${process.version}-${process.arch}.code`);
  const { data, commands } = read(file) ?? { commands: [] };
  return {
    data,
    /** Keeps the code when the process ends well, if it is the first such of its command. */
    keepAtExit(script, name) {
      const command = name === 'cli/main' ? (process.argv[2] ?? '') : name;
      const known = script.cachedDataRejected === false ? commands : [];
      if (known.includes(command)) return;
      process.once('exit', (code) => {
        if (code === 0) write(file, script.createCachedData(), [...known, command]);
      });
    },
  };
}

/** V8 would run damaged code, and fall over it. */
function read(file) {
  try {
    const bytes = readFileSync(file);
    if (bytes.readUInt32LE(0) !== crc32(bytes.subarray(4))) return undefined;
    const end = bytes.indexOf('\n', 4);
    return { commands: JSON.parse(bytes.toString('utf8', 4, end)), data: bytes.subarray(end + 1) };
  } catch {
    return undefined;
  }
}

/** A disk that refuses does no harm, and what is left half-written goes with the bundle. */
function write(file, data, commands) {
  const scratch = `${file}.${process.pid}.new`;
  const rest = Buffer.concat([Buffer.from(`${JSON.stringify(commands)}\n`), data]);
  const head = Buffer.alloc(4);
  head.writeUInt32LE(crc32(rest));
  try {
    writeFileSync(scratch, Buffer.concat([head, rest]));
    renameSync(scratch, file);
  } catch {
    // Compiled again next time.
  }
}

module.exports = { openCodeCache };

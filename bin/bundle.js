// Makes the bundle that program.js runs.
const { createHash } = require('node:crypto');
const {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} = require('node:fs');
const Module = require('node:module');
const { basename, dirname, join, resolve } = require('node:path');
const { buildSync } = require('esbuild');

/**
 * Bundles these entries, each of which is run when it is asked for, and keeps the bundle where it can be kept.
 * @returns the text, the SHA-256 of it and of all data beside it that renders, and whether it was kept
 */
function makeBundle({ root, code, folder, entries, stampOf }) {
  const begun = Date.now();
  const { text, files } = bundle(root, code, entries);
  const data = filesBelow(join(root, 'third_party'));
  const hash = createHash('sha256').update(text);
  for (const path of data) hash.update(`\n${path.slice(root.length)}\n`).update(readFileSync(path));
  const made = { hash: hash.digest('hex'), text };
  let kept = false;
  const read = [
    ...files,
    ...data,
    __filename,
    join(__dirname, 'program.js'),
    require.resolve('esbuild/package.json'),
  ];
  try {
    kept = keep(folder, made, [...read, ...around(read, root)], begun, stampOf);
  } catch {
    // A disk that refuses: it is made again next time.
  }
  return { ...made, kept };
}

function bundle(root, code, entries, more) {
  const lines = entries.map(
    ([name, module]) => `${JSON.stringify(name)}: () => require(${JSON.stringify(module)}),`,
  );
  const { outputFiles, metafile } = buildSync({
    stdin: {
      contents: `module.exports = {\n${lines.join('\n')}\n};`,
      resolveDir: root,
      sourcefile: 'entries.js',
    },
    absWorkingDir: root,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    external: ['@pulumi/*'],
    // Of its two forms the one that loads faster, whoever imports it.
    alias: { zod: join(dirname(require.resolve('zod/package.json')), require('zod/package.json').module) },
    tsconfigRaw: { compilerOptions: { target: 'ES2022' } },
    banner: { js: '(function (exports, require, module, __filename, __dirname) {' },
    footer: { js: '})' },
    write: false,
    metafile: true,
    logLevel: 'silent',
    ...more,
  });
  const [output, map] = outputFiles.reverse();
  const files = Object.keys(metafile.inputs).filter((file) => file !== 'entries.js');
  // What is not ASCII stands in comments alone, and a text of single bytes is read in half the time.
  const text = ascii(withTheirPlaces(output.text, files, root, code));
  return { text, map: map?.text, files: files.map((file) => resolve(root, file)) };
}

/** A bundle that has Node write the places in its sources into each stack. */
function withPlaces({ root, code, entries, filename, text }) {
  const { text: same, map } = bundle(root, code, entries, {
    sourcemap: 'external',
    sourcesContent: false,
    outfile: filename,
  });
  process.setSourceMapsEnabled(true);
  const url = same === text ? `data:application/json;base64,${Buffer.from(map).toString('base64')}` : '';
  const module = Object.assign(new Module(filename), { filename });
  module._compile(`module.exports = ${text}\n//# sourceMappingURL=${url}`, filename);
  return { run: module.exports };
}

/** Packages that look for a file of theirs look where they were bundled from. */
function withTheirPlaces(text, files, root, code) {
  const known = new Set(files);
  let file = '';
  return text.replace(/^\/\/ (.+)$|\b__(?:dir|file)name\b/gm, (found, comment) => {
    if (comment !== undefined) {
      if (known.has(comment)) file = comment;
      return found;
    }
    if (file === '' || file.startsWith(`${code}/`)) return found;
    const path = resolve(root, file);
    return JSON.stringify(found === '__dirname' ? dirname(path) : path);
  });
}

const ascii = (json) =>
  json.replace(/[^\0-\x7f]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);

function filesBelow(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

/**
 * What a bundle follows from beside the files that are in it: the folders above each in its package, where another file
 * would be found instead, and what describes the package.
 */
function around(files, root) {
  const found = new Set([join(root, 'package.json'), join(root, 'node_modules')]);
  for (const file of files) {
    for (let at = dirname(file); at !== root && at !== dirname(at) && !found.has(at); at = dirname(at)) {
      found.add(at);
      if (basename(at) === 'node_modules') break;
      if (existsSync(join(at, 'package.json'))) found.add(join(at, 'package.json'));
    }
  }
  return [...found];
}

/**
 * Writes the bundle, then what it was made from, each at once, and removes what other sources left. What was changed at
 * the same tick of the clock as it was read, or since, may not be what was read: then nothing is kept.
 * @returns whether it is
 */
function keep(folder, { hash, text }, inputs, begun, stampOf) {
  const stamps = inputs.map((path) => [path, stampOf(path)]);
  const changed = inputs.map((path) => statSync(path, { throwIfNoEntry: false })?.ctimeMs ?? 0);
  if (changed.some((at) => at + tickOf(at) >= begun)) return false;
  mkdirSync(folder, { recursive: true });
  const bundle = join(folder, `${hash}.js`);
  replace(bundle, text);
  replace(
    join(folder, 'inputs.json'),
    JSON.stringify({ hash, inputs: Object.fromEntries([...stamps, [bundle, stampOf(bundle)]]) }),
  );
  const minuteAgo = Date.now() - 60_000;
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    const ours = name === 'inputs.json' || (name.startsWith(hash) && !name.endsWith('.new'));
    if (!ours && !(name.endsWith('.new') && statSync(path).mtimeMs > minuteAgo))
      rmSync(path, { force: true });
  }
  return true;
}

/** Milliseconds. Some file systems keep whole seconds, every other one at most. */
const tickOf = (ctimeMs) => (ctimeMs % 1000 === 0 ? 2000 : 100);

/** A file that is whole whenever it is there. */
function replace(path, text) {
  const scratch = `${path}.${process.pid}.new`;
  const file = openSync(scratch, 'w');
  try {
    writeSync(file, text, 0, 'latin1');
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(scratch, path);
}

module.exports = { makeBundle, withPlaces };

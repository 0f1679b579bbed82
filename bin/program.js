// The program as one bundle of its modules and packages. .stageline/program/ holds it, with the code that V8 compiled of
// it, and with `inputs.json`: the size, times and inode of every file that it was made from, and of every folder where
// another file would count instead. They are compared at each start. What differs, is missing or cannot be read is made
// anew by bundle.js, so that nobody ever has to remove anything.
const { readFileSync, statSync } = require('node:fs');
const Module = require('node:module');
const { basename, isAbsolute, join, sep } = require('node:path');
const { setFlagsFromString } = require('node:v8');
const { Script } = require('node:vm');
const { openCodeCache } = require('./code-cache');

/** The modules that something starts with. */
const THREAD = 'synth/units/thread';
const PROGRAMS = ['cli/main', 'stack/main', 'stack/plan', THREAD];
/** What classes in src/apps may import: the package, by its own name, and what its constructs are made of. */
const LIBRARY = ['index', 'promotion/index', 'stack/index', 'testing'];
const PACKAGES = ['cdk8s', 'cdk8s-plus-28', 'constructs', 'zod'];

let opened;

/** What tells a file from every other, and from itself after a change, as in Git's index. */
function stampOf(path) {
  const stat = statSync(path, { throwIfNoEntry: false });
  return stat ? `${stat.size} ${stat.mtimeMs} ${stat.ctimeMs} ${stat.ino}` : 'absent';
}

/** The hash that a bundle is named by; undefined for any other file. */
const hashOf = (path) => /^([0-9a-f]{64})\.js$/.exec(basename(path))?.[1];

/**
 * Opens the program of a package: `load` gives its modules. Undefined where no bundle can be made.
 * @param code the folder of its modules, src or lib
 * @param hash of the only bundle that will do
 */
function open(root, code, hash) {
  const folder = join(root, '.stageline', 'program');
  const bundle = (hash === undefined ? current(folder) : read(folder, hash)) ?? make(root, code, folder);
  if (hash !== undefined && bundle?.hash !== hash)
    throw new Error('the program has changed since it was started');
  return bundle && (opened = start(root, code, folder, bundle));
}

function current(folder) {
  try {
    const { hash, inputs } = JSON.parse(readFileSync(join(folder, 'inputs.json'), 'utf8'));
    // In a copy of a folder it tells of the files of the other one.
    if (!(join(folder, `${hash}.js`) in inputs)) return undefined;
    for (const path in inputs) if (inputs[path] !== stampOf(path)) return undefined;
    return read(folder, hash);
  } catch {
    return undefined;
  }
}

function read(folder, hash) {
  try {
    return { hash, kept: true, text: readFileSync(join(folder, `${hash}.js`), 'latin1') };
  } catch {
    return undefined;
  }
}

function make(root, code, folder) {
  try {
    return require('./bundle').makeBundle({ root, code, folder, entries: entriesOf(code), stampOf });
  } catch {
    // The modules themselves say better what is wrong with them.
    return undefined;
  }
}

/** What a bundle gives, by name, and where it is found. */
const entriesOf = (code) => [
  ...[...PROGRAMS, ...LIBRARY].map((name) => [name, `./${code}/${name}`]),
  ...PACKAGES.map((name) => [name, name]),
];

/**
 * The V8 of Node 20 optimises what it takes for hot so early that a run of a few seconds spends a fifth of its time on
 * that. Later versions weigh it otherwise, and do not know the flag.
 */
function optimiseLater() {
  if (process.version.startsWith('v20.')) setFlagsFromString('--interrupt-budget=500000');
}

/** Runs a bundle, which gives its modules one by one. */
function start(root, code, folder, { hash, text, kept }) {
  optimiseLater();
  const filename = join(folder, `${hash}.js`);
  const { run, keepAtExit } = wantsPlaces()
    ? require('./bundle').withPlaces({ root, code, entries: entriesOf(code), filename, text })
    : withCode(filename, text, kept);
  const bundle = { exports: {} };
  const give = (name) => bundle.exports[name]();
  let shared;
  // What is not in the bundle is a part of Node, a package beside it, or a file of the user's own.
  const requireOther = (id) => {
    if (!isAbsolute(id)) return require(id);
    shared ??= share(root, code, give);
    const exported = require(id);
    refuseCopies(root, code, text, shared);
    return exported;
  };
  run(bundle.exports, requireOther, bundle, filename, folder);
  return {
    load: (name) => {
      if (name !== THREAD) keepAtExit?.(name);
      return give(name);
    },
  };
}

/** A bundle and the code that was compiled of it. Nothing is kept for one that is not kept itself. */
function withCode(filename, text, kept) {
  const cache = kept ? openCodeCache(filename) : undefined;
  const script = new Script(text, { filename, cachedData: cache?.data });
  return { run: script.runInThisContext(), keepAtExit: cache && ((name) => cache.keepAtExit(script, name)) };
}

/** Whether anybody looks at where in the sources something is: who reads a stack, or who debugs. */
const wantsPlaces = () =>
  process.argv.includes('--verbose') || process.execArgv.some((arg) => arg.startsWith('--inspect'));

/** Has the user's own files find the bundle's modules where they would find others of the same name. */
function share(root, code, give) {
  require('tsx/cjs');
  const files = [
    ...LIBRARY.map((name) => [name, require.resolve(join(root, code, name))]),
    ...PACKAGES.map((name) => [name, require.resolve(name)]),
  ];
  for (const [name, filename] of files) {
    const stand = Object.assign(new Module(filename), { filename, loaded: true });
    Object.defineProperty(stand, 'exports', { get: () => give(name), enumerable: true, configurable: true });
    require.cache[filename] = stand;
  }
  return new Set(files.map(([, filename]) => filename));
}

/** A second copy of a module knows nothing of what the first one is told. */
function refuseCopies(root, code, text, shared) {
  for (const file of Object.keys(require.cache)) {
    if (!file.startsWith(join(root, code, sep)) || shared.has(file)) continue;
    const path = file.slice(root.length + 1).replaceAll(sep, '/');
    if (text.includes(`\n// ${path}\n`))
      throw new Error(`imports ${path}, where only what 'stageline' exports is for classes`);
  }
}

module.exports = { PROGRAMS, THREAD, hashOf, open, running: () => opened };

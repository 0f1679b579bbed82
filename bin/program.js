// The program as one bundle of its modules and packages. .stageline/program/ holds it, with the code that V8 compiled of
// it, and with `inputs.json`: the size, times and inode of every file that it was made from, and of every folder where
// another file would count instead. They are compared at each start. What differs, is missing or cannot be read is made
// anew by bundle.js, so that nobody ever has to remove anything.
const { readFileSync, statSync } = require('node:fs');
const Module = require('node:module');
const { basename, isAbsolute, join } = require('node:path');
const { Script } = require('node:vm');
const { openCodeCache } = require('./code-cache');

/** The modules that something starts with. */
const PROGRAMS = ['cli/main', 'stack/main', 'stack/plan', 'synth/units/thread'];
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
  const entries = [
    ...[...PROGRAMS, ...LIBRARY].map((name) => [name, `./${code}/${name}`]),
    ...PACKAGES.map((name) => [name, name]),
  ];
  try {
    return require('./bundle').makeBundle({ root, code, folder, entries, stampOf });
  } catch {
    // The modules themselves say better what is wrong with them.
    return undefined;
  }
}

function start(root, code, folder, { hash, text, kept }) {
  const filename = join(folder, `${hash}.js`);
  const cache = kept ? openCodeCache(filename) : undefined;
  const script = new Script(text, { filename, cachedData: cache?.data });
  const bundle = { exports: {} };
  const give = (name) => bundle.exports[name]();
  let shared = false;
  // What is not in the bundle is a part of Node, a package beside it, or a file of the user's own.
  const requireOther = (id) => {
    if (isAbsolute(id) && !shared) shared = share(root, code, give);
    return require(id);
  };
  script.runInThisContext()(bundle.exports, requireOther, bundle, filename, folder);
  return {
    load: (name) => {
      if (name !== 'synth/units/thread') cache?.keepAtExit(script, name);
      return give(name);
    },
  };
}

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
  return true;
}

module.exports = { PROGRAMS, hashOf, open, running: () => opened };

// Where the program's modules come from. A program is one bundle of all of them, see program.js, which starts in a
// fraction of the time. Who imports this package gets modules one by one, so that packages are the same ones there: the
// TypeScript of a checkout, the compiled files of an installed package. Either way the user's own TypeScript under
// src/apps is loaded without type checking, unless ts-node is there already.
const { existsSync } = require('node:fs');
const Module = require('node:module');
const { join } = require('node:path');
const { PROGRAMS, THREAD, hashOf, open, running } = require('./program');

const root = join(__dirname, '..');
const code = existsSync(join(root, 'src', 'index.ts')) ? 'src' : 'lib';
const tsNode = process[Symbol.for('ts-node.register.instance')] !== undefined;
// Jest and the like load modules in a way of their own.
const byNode = module instanceof Module && !tsNode;

function bundleWith(name) {
  if (!byNode) return undefined;
  if (!PROGRAMS.includes(name)) return running();
  if (name !== THREAD) return open(root, code);
  // A thread runs what its main thread runs: that bundle, or modules.
  const hash = hashOf(process.argv[2] ?? '');
  return hash && open(root, code, hash);
}

function plain(name) {
  if (!tsNode) require('tsx/cjs');
  return require(join(root, code, name));
}

module.exports = (name) => (bundleWith(name)?.load ?? plain)(name);

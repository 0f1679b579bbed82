// Where the program's modules are: its TypeScript in a checkout, the compiled files in an installed package. Either
// way the user's own TypeScript under src/apps is loaded without type checking, unless ts-node is there already.
const { existsSync } = require('node:fs');
const { join } = require('node:path');

if (!process[Symbol.for('ts-node.register.instance')]) require('tsx/cjs');
const root = join(__dirname, '..', existsSync(join(__dirname, '..', 'src', 'index.ts')) ? 'src' : 'lib');

module.exports = (module) => require(join(root, module));

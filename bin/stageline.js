#!/usr/bin/env node
// A class in src/apps may end the process, or wait for what never comes: that is no success.
let isDone = false;
process.once('exit', (code) => {
  if (isDone || code !== 0) return;
  process.exitCode = 1;
  process.stderr.write('stageline was ended before it was done; nothing says that it succeeded\n');
});
require('./load')('cli/main')
  .main(process)
  .then(() => (isDone = true));
// All is written and said: what is in memory need not be taken apart.
process.once('beforeExit', () => process.exit());

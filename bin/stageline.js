#!/usr/bin/env node
require('./load')('cli/main').main(process);
// All is written and said: what is in memory need not be taken apart.
process.once('beforeExit', () => process.exit());

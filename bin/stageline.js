#!/usr/bin/env node
require('./load')('cli/main').main(process);

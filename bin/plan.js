#!/usr/bin/env node
require('./load')('stack/plan').main(process);

// What Pulumi runs: the program itself, which it calls and whose result are the stack's outputs.
module.exports = require('./load')('stack/main').main;

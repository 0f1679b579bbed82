module.exports = require('./load')('stack/index');

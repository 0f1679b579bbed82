module.exports = require('./load')('testing');

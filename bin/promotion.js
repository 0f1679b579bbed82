module.exports = require('./load')('promotion/index');

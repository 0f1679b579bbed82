/** What takes longer than a minute: `npm run test:slow`. */
/** @type {import('jest').Config} */
module.exports = {
  ...require('./jest.config.js'),
  roots: ['<rootDir>/test/slow'],
  testPathIgnorePatterns: ['/node_modules/'],
  maxWorkers: 2,
  // Half an hour, for the tests of three Node versions side by side with others.
  testTimeout: 1_800_000,
};

/** @type {import('jest').Config} */
module.exports = {
  testEnvironment: 'node',
  // The default leaves one processor to a terminal that nobody watches.
  maxWorkers: '100%',
  // Pulumi keeps its state on the global scope; Jest would warn of each look at it after a test file.
  testEnvironmentOptions: { globalsCleanup: 'off' },
  roots: ['<rootDir>/test'],
  reporters: ['default', '<rootDir>/test/support/totals-reporter.js'],
  // A bound for what hangs, and no measure of anything: the machine may be slow, and busy.
  testTimeout: 300_000,
  testMatch: ['**/*.test.ts'],
  testPathIgnorePatterns: ['/node_modules/', '/test/e2e/', '/test/slow/'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      { jsc: { parser: { syntax: 'typescript' }, target: 'es2022' }, module: { type: 'commonjs' } },
    ],
  },
  moduleNameMapper: {
    '^stageline$': '<rootDir>/src/index.ts',
    '^stageline/testing$': '<rootDir>/src/testing.ts',
    '^stageline/pulumi$': '<rootDir>/src/stack/index.ts',
  },
};

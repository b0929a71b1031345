/** Every package's tests in one run; the databases are started once, by the global set-up, and reached by URL. */
export default {
  rootDir: import.meta.dirname,
  testMatch: ['**/*.test.ts', '**/*.test.tsx'],
  testPathIgnorePatterns: ['/node_modules/', '/\\.cache/', '/\\.data/'],
  // Where the temporary files of a run end with it, what was compiled stays.
  cacheDirectory: '<rootDir>/.cache/jest',
  modulePathIgnorePatterns: ['<rootDir>/.cache/', '<rootDir>/.data/'],
  extensionsToTreatAsEsm: ['.ts', '.tsx'],
  transform: {
    '^.+\\.tsx?$': [
      'ts-jest',
      { useESM: true, tsconfig: '<rootDir>/tsconfig.jest.json', diagnostics: false },
    ],
  },
  setupFiles: ['<rootDir>/kit/src/testing/guard-rows.ts'],
  testEnvironment: 'node',
  testTimeout: 30_000,
  maxWorkers: 2,
};

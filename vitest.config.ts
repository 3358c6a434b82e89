import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    environment: 'node',
    // Each file is a process of its own: DuckDB and SQLite are native, and a crash must not take other tests with it.
    pool: 'forks',
    execArgv: ['--disable-warning=ExperimentalWarning'],
    env: { METADATA_SERVER_DETECTION: 'none' },
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});

import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

/** Tests of plain functions, which open nothing: no file, socket, process or native library. */
const PURE = ['declare', 'model', 'plan', 'infra/local/dlp/{crypto,deidentify,detect,inspect,transform,values}'].map(
  (folder) => `test/${folder}/**/*.test.ts`,
);

/** Tests of the embedded warehouse: sixty files over the same large modules. */
const WAREHOUSE = ['test/infra/local/bigquery/**/*.test.ts'];

export default defineConfig({
  test: {
    environment: 'node',
    execArgv: ['--disable-warning=ExperimentalWarning'],
    env: {
      METADATA_SERVER_DETECTION: 'none',
      // Processes that tests start share what was compiled, as those that `sluice` starts do.
      NODE_COMPILE_CACHE: fileURLToPath(new URL('node_modules/.cache/node', import.meta.url)),
    },
    // Unasked, one core is left idle; most of these tests wait for a process or a timer now and then.
    maxWorkers: Math.max(2, availableParallelism()),
    testTimeout: 30_000,
    hookTimeout: 60_000,
    projects: [
      // A worker takes one file after the other and imports what they share once: half of their processor time.
      { extends: true, test: { name: 'pure', include: PURE, pool: 'threads', isolate: false } },
      // As above, in processes of their own, for DuckDB is native: 67 s of processor time where a process a file took 121.
      { extends: true, test: { name: 'warehouse', include: WAREHOUSE, pool: 'forks', isolate: false } },
      // Each file is a process of its own: DuckDB and SQLite are native, and a crash must not take other tests with it.
      {
        extends: true,
        test: { name: 'whole', include: ['test/**/*.test.ts'], exclude: [...PURE, ...WAREHOUSE], pool: 'forks' },
      },
    ],
  },
});

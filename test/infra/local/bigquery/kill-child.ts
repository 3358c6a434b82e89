import { startBigQuery } from './testbed.ts';

// Runs the service alone, over a folder that outlives it; its parent kills it.
const [, , dir = ''] = process.argv;
const bed = await startBigQuery(dir);
process.stdout.write(`${bed.url}\n`);

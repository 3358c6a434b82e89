import { startBigQuery } from './testbed.ts';

// Runs the service alone, over a folder that outlives it; its parent kills it.
const [, , dir = '', memoryLimit] = process.argv;
const bed = await startBigQuery(dir, undefined, memoryLimit);
process.stdout.write(`${bed.url}\n`);

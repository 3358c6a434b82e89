import type { Pipeline } from '../cases/pipeline.ts';
import { type Measure, median } from './measure.ts';

const HEADER = 'order_id,email,phone,full_name,card,birthday,notes,country,created_at,amount';

/** A first file, so that the table is there and the functions have loaded what they need. */
export async function dropFirstFile(pipeline: Pipeline): Promise<void> {
  await pipeline.drop('bench/orders/first.csv', csv(10, 0));
  await pipeline.settle(1);
}

/** Seconds from the start of a file's upload until its rows are queryable, median of several files. */
export async function measureSmallFiles(pipeline: Pipeline, rows: number, files: number): Promise<number> {
  const seconds: number[] = [];
  for (let file = 0; file < files; file++) {
    const name = `bench/orders/small-${rows}-${file}.csv`;
    const [before] = await pipeline.query('SELECT COUNT(*) AS n FROM bench.orders');
    const started = performance.now();
    await pipeline.drop(name, csv(rows, file));
    for (let count = 0; count < Number(before?.n) + rows; ) {
      await new Promise((resolve) => setTimeout(resolve, 5));
      count = Number((await pipeline.query('SELECT COUNT(*) AS n FROM bench.orders'))[0]?.n);
    }
    seconds.push((performance.now() - started) / 1000);
    await pipeline.settle(0);
  }
  return median(seconds);
}

function csv(rows: number, file: number): string {
  const lines = Array.from({ length: rows }, (_, n) => {
    const c = file * rows + n;
    return `${c},c${c}@example.com,+1555${String(c).padStart(7, '0')},Ada ${c},40000000${c},1980-01-01,call me,DE,2026-01-01 10:00:00,9.99`;
  });
  return `${[HEADER, ...lines].join('\n')}\n`;
}

export const smallFileMeasures = (ten: number, tenThousand: number): Measure[] => [
  { name: 'small_file_seconds', value: ten, unit: 's (10 rows)', goal: '< 1' },
  { name: 'ten_thousand_rows_seconds', value: tenThousand, unit: 's (10,000 rows)', goal: '< 1' },
];

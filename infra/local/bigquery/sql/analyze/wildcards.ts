import { SqlError } from '../sql-error.ts';
import { duckType, quoteName, quoteText, renderType, scalar } from '../types.ts';
import type { Env } from './analysis.ts';
import type { FromResult } from './from.ts';
import { partitionTimes } from './pseudo-columns.ts';
import type { Column } from './scope.ts';
import { coerce, typed } from './typed.ts';

/**
 * `prefix_*`: the rows of all tables whose names begin so, with the columns of the newest of them and `_TABLE_SUFFIX`, what
 * each table's name has in the star's place. A table without a column has NULLs there. Where all are partitioned alike by
 * ingestion time, there is `_PARTITIONTIME` too.
 */
export function scanWildcard(path: string[], alias: string | undefined, env: Env, at: number): FromResult {
  const found = env.analysis.findWildcard(path, at, env.analysis.defaults);
  const [newest] = found;
  if (!newest) throw new SqlError(`${path.join('.')} does not match any table`, at, 'notFound');
  const columns = newest.table.columns;
  const [time] = newest.table.pseudo;
  const partition = found.every(({ table }) => table.pseudo[0]?.partition === time?.partition) ? time : undefined;
  const scans = found.map(({ table }) => ({ table, scan: env.analysis.scan(table) }));
  const parts = found.map(({ suffix, table }) => {
    const values = columns.map((column, i) => {
      const own = table.columns.find((one) => one.name.toLowerCase() === column.name.toLowerCase());
      const value = own && coerce(typed(`t.${quoteName(own.name)}`, own.type), column.type);
      if (own && !value)
        throw new SqlError(
          `Cannot read field '${column.name}' of type ${renderType(own.type)} as ${renderType(column.type)}`,
          at,
        );
      return `${value?.sql ?? `CAST(NULL AS ${duckType(column.type)})`} AS c${i + 1}`;
    });
    if (partition) values.push(`t.${quoteName(partition.name)} AS p`);
    return `SELECT ${[...values, `${quoteText(suffix)} AS s`].join(', ')} FROM ${table.physical} AS t`;
  });
  const name = env.analysis.fresh('r');
  const visible = columns.map((column, i): Column => {
    const touch = () => {
      for (const { table, scan } of scans) {
        const own = table.columns.find((one) => one.name.toLowerCase() === column.name.toLowerCase());
        if (own) env.analysis.touch(scan, own.name);
      }
    };
    return { name: column.name, value: typed(`${name}.c${i + 1}`, column.type), touch };
  });
  visible.push({ name: '_TABLE_SUFFIX', value: typed(`${name}.s`, scalar('STRING')), isHidden: true, touch: () => {} });
  if (partition) {
    const touch = () => {
      for (const { scan } of scans) env.analysis.touch(scan, partition.name);
    };
    visible.push(...partitionTimes(partition, `${name}.p`, undefined, touch));
  }
  const ranges = [{ alias: alias ?? path.at(-1) ?? '', columns: visible, row: undefined }];
  return { sql: `(${parts.join(' UNION ALL ')}) AS ${name}`, visible, ranges };
}

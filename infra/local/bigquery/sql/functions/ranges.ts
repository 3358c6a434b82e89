import { rangeBound } from '../analyze/ranges.ts';

const of = (element: 'DATE' | 'DATETIME' | 'TIMESTAMP'): Record<string, string> => {
  const range = `RANGE<${element}>`;
  const name = element.toLowerCase();
  const duck = { DATE: 'DATE', DATETIME: 'TIMESTAMP', TIMESTAMP: 'TIMESTAMPTZ' }[element];
  const bound = (x: string, infinity: string) => `coalesce(${x}, CAST('${infinity}' AS ${duck}))`;
  const generate = `bq_range_array_${name}`;
  return {
    [`RANGE(${element}, ${element}) ${range}`]: `bq_range_${name}(${bound('$1', '-infinity')}, ${bound('$2', 'infinity')})`,
    [`RANGE_START(${range}) ${element}`]: rangeBound('$1', 'start'),
    [`RANGE_END(${range}) ${element}`]: rangeBound('$1', 'end'),
    [`RANGE_CONTAINS(${range}, ${range}) BOOL`]: 'bq_range_within($1, $2)',
    [`RANGE_CONTAINS(${range}, ${element}) BOOL`]: 'bq_range_has($1, $2)',
    [`RANGE_OVERLAPS(${range}, ${range}) BOOL`]: 'bq_range_overlaps($1, $2)',
    [`RANGE_INTERSECT(${range}, ${range}) ${range}`]: `bq_range_intersect_${name}($1, $2)`,
    [`GENERATE_RANGE_ARRAY(${range}, INTERVAL) ARRAY<${range}>`]: `${generate}($1, $2, true)`,
    [`GENERATE_RANGE_ARRAY(${range}, INTERVAL, BOOL) ARRAY<${range}>`]: `${generate}($1, $2, $3)`,
  };
};

/** Ranges: signature → DuckDB. See analyze/signature.ts for the notation. */
export const RANGES: Record<string, string> = { ...of('DATE'), ...of('DATETIME'), ...of('TIMESTAMP') };

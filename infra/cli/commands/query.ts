import { type Command, Option } from 'commander';
import { dataOption, envOption, type JsonOption, type PlaceOption, parseMaxRows } from '../options.ts';

export interface QueryOptions extends PlaceOption, JsonOption {
  maxRows: number;
}

export function addQuery(program: Command): void {
  program
    .command('query')
    .summary('ask the warehouse')
    .description('Runs GoogleSQL in the warehouse: a table on a terminal, tab-separated lines elsewhere.')
    .argument('<sql>', 'the query')
    .addOption(new Option('--max-rows <n>', 'rows that are read at most').default(1000).argParser(parseMaxRows))
    .addOption(dataOption())
    .addOption(envOption())
    .addOption(new Option('--json', 'the rows as one JSON array'))
    .action(async (sql: string, options: QueryOptions) => {
      const { query } = await import('../query/query.ts');
      await query(sql, options);
    });
}

import type { Command } from 'commander';
import { type DataOption, dataOption, type JsonOption, jsonOption } from '../options.ts';

export function addShow(program: Command): void {
  program
    .command('show')
    .summary('one run: its states, its shards, its rejects')
    .description('Shows all that is known of one run.')
    .argument('<run>', 'id of the run, or as much of it as no other shares')
    .addOption(dataOption())
    .addOption(jsonOption())
    .action(async (run: string, options: DataOption & JsonOption) => {
      const { show } = await import('../show.ts');
      await show(run, options);
    });
}

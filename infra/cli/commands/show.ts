import type { Command } from 'commander';
import { dataOption, envOption, type JsonOption, jsonOption, type PlaceOption } from '../options.ts';

export function addShow(program: Command): void {
  program
    .command('show')
    .summary('one run: its states, its shards, its rejects')
    .description('Shows all that is known of one run.')
    .argument('<run>', 'id of the run, or as much of it as no other shares')
    .addOption(dataOption())
    .addOption(envOption())
    .addOption(jsonOption())
    .action(async (run: string, options: PlaceOption & JsonOption) => {
      const { show } = await import('../show.ts');
      await show(run, options);
    });
}

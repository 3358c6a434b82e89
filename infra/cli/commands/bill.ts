import type { Command } from 'commander';
import { type DataOption, dataOption, type JsonOption, jsonOption } from '../options.ts';

export function addBill(program: Command): void {
  program
    .command('bill')
    .summary('what Google would charge for all this')
    .description('Prices everything that this local cloud has done since its folder was made, at list price.')
    .addOption(dataOption())
    .addOption(jsonOption())
    .action(async (options: DataOption & JsonOption) => {
      const { bill } = await import('../bill.ts');
      await bill(options);
    });
}

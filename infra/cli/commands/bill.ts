import { type Command, Option } from 'commander';
import { PRESETS, type Preset } from '../../bill/workload.ts';
import { UsageError } from '../errors.ts';
import { type DataOption, dataOption, type JsonOption, jsonOption } from '../options.ts';
import { readWorkload, workloadOptions } from '../workload-options.ts';

interface BillOptions extends DataOption, JsonOption {
  model?: Preset;
}

export function addBill(program: Command): void {
  const command = program
    .command('bill')
    .summary('what Google would charge for all this, or for a month to come')
    .description(
      'Prices everything that this local cloud has done since its folder was made, at list price. With --model, prices a month that has not been, from a few figures; each has a flag, and the model the others.',
    )
    .addOption(new Option('--model <name>', 'a modelled month').choices(Object.keys(PRESETS)));
  for (const option of workloadOptions()) command.addOption(option);
  command
    .addOption(dataOption())
    .addOption(jsonOption())
    .action(async (options: BillOptions) => {
      const given = readWorkload({ ...options });
      if (options.model) {
        const { billMonth } = await import('../bill-month.ts');
        return billMonth(options.model, given, options);
      }
      if (Object.keys(given).length > 0)
        throw new UsageError('the figures of a month belong to a model: add --model idle or --model busy');
      const { bill } = await import('../bill.ts');
      await bill(options);
    });
}

import { type Command, Option } from 'commander';
import { START_DATA } from '../endpoints.ts';
import { type DataOption, dataOption, type JsonOption, jsonOption } from '../options.ts';

export interface StartOptions extends DataOption, JsonOption {
  exit?: true;
}

export function addStart(program: Command): void {
  program
    .command('start')
    .summary('all of it at once, on sample files, with a summary')
    .description(
      'Starts a fresh local cloud, drops the files of a sample shop, de-identifies, loads and transforms them, and tells what happened. Stays up for more until Ctrl-C.',
    )
    .addOption(new Option('--exit', 'end after the summary; the folder stays'))
    .addOption(dataOption(START_DATA))
    .addOption(jsonOption())
    .action(async (options: StartOptions) => {
      const { start } = await import('../start/start.ts');
      await start(options);
    });
}

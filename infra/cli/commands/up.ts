import { type Command, Option } from 'commander';
import {
  type DataOption,
  dataOption,
  type JsonOption,
  jsonOption,
  parsePort,
  parseSeed,
  projectOption,
} from '../options.ts';

export interface UpOptions extends DataOption, JsonOption {
  port?: number;
  seed?: number;
  project: string;
}

export function addUp(program: Command): void {
  program
    .command('up')
    .summary('the local cloud and the functions, until Ctrl-C')
    .description(
      'Starts the local cloud and the functions over one folder, and stays until Ctrl-C. What is in the folder stays for the next time. A change of the declarations is taken over at once.',
    )
    .addOption(dataOption())
    .addOption(new Option('--port <n>', 'first of ten consecutive ports (free ones unless said)').argParser(parsePort))
    .addOption(
      new Option('--seed <n>', 'deliver some messages twice, late or out of order, as this number says').argParser(
        parseSeed,
      ),
    )
    .addOption(projectOption())
    .addOption(jsonOption())
    .action(async (options: UpOptions) => {
      const { up } = await import('../up.ts');
      await up(options);
    });
}

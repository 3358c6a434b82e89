import { type Command, Option } from 'commander';
import { dataOption, envOption, type JsonOption, jsonOption, type PlaceOption } from '../options.ts';

export interface DropOptions extends PlaceOption, JsonOption {
  to: string;
  wait?: true;
}

export function addDrop(program: Command): void {
  program
    .command('drop')
    .summary('put files into the raw bucket, which starts everything')
    .description('Puts files into the raw bucket. Each becomes a run of the source that matches its name there.')
    .argument('<file...>', 'files to drop')
    .addOption(
      new Option(
        '--to <path>',
        'where in the raw bucket: a folder if it ends in a slash, else the name of the one file',
      ).makeOptionMandatory(),
    )
    .addOption(new Option('--wait', 'wait until every run has ended; exit status 1 if one is in quarantine'))
    .addOption(dataOption())
    .addOption(envOption())
    .addOption(jsonOption())
    .action(async (files: string[], options: DropOptions) => {
      const { drop } = await import('../drop.ts');
      await drop(files, options);
    });
}

import { type Command, Option } from 'commander';
import { parseKey } from '../forget/parse-key.ts';
import { dataOption, envOption, type JsonOption, jsonOption, type PlaceOption } from '../options.ts';

export interface ForgetOptions extends PlaceOption, JsonOption {
  source: string;
  /** By column; '' = the column is not named. */
  key: Readonly<Record<string, string>>;
  column?: string;
  reason: string;
  dryRun?: true;
  as?: string;
}

export function addForget(program: Command): void {
  program
    .command('forget')
    .summary('a person’s rows out of files, tables and what was made of them')
    .description(
      'Takes the rows of a person out of the files of a source, its curated shards, its table and what was built of it, and says when the last copy is gone. Who asks and why is written down, and never whom for. Exit status 1 if something is left.',
    )
    .addOption(new Option('--source <id>', 'source that has the rows, as in shop.customers').makeOptionMandatory())
    .addOption(
      new Option(
        '--key <column=value>',
        'whose rows; may be repeated where a key has several columns; the value alone where the source is merged by one column, or with --column; - reads all of it from stdin, a line each',
      )
        .argParser(parseKey)
        .makeOptionMandatory(),
    )
    .addOption(new Option('--column <name>', 'column that --key is a value of, for a source that is not merged'))
    .addOption(
      new Option('--reason <text>', 'why, for whoever reads it later; name a case, not a person').makeOptionMandatory(),
    )
    .addOption(new Option('--dry-run', 'tell what would be erased, and change nothing'))
    .addOption(new Option('--as <name>', 'as whom, where more than one may ask'))
    .addOption(dataOption())
    .addOption(envOption())
    .addOption(jsonOption())
    .action(async (options: ForgetOptions) => {
      const { forget } = await import('../forget/forget.ts');
      await forget(options);
    });
}

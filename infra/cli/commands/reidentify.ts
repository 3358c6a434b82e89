import { type Command, InvalidArgumentError, Option } from 'commander';
import { dataOption, envOption, type JsonOption, jsonOption, type PlaceOption } from '../options.ts';

export interface ReidentifyOptions extends PlaceOption, JsonOption {
  source: string;
  column: readonly string[];
  reason: string;
  ticket?: string;
  run?: string;
  rows?: readonly number[];
  where?: Readonly<Record<string, string>>;
  as?: string;
}

export function addReidentify(program: Command): void {
  program
    .command('reidentify')
    .summary('tokens turned back into values, for those who may')
    .description(
      'Turns tokens of a column back into values, or shows columns of a few rows in clear. Who asks, for what and why is written down first, whatever comes of it; the values are nowhere but on your screen. Exit status 1 if a token did not open.',
    )
    .argument(
      '[token...]',
      'tokens of one column; - reads them from stdin, one a line, each with its tweak behind a tab',
    )
    .addOption(new Option('--source <id>', 'source that the tokens are of, as in shop.customers').makeOptionMandatory())
    .addOption(
      new Option('--column <name>', 'column that is asked for; may be repeated where rows are chosen')
        .argParser((name: string, before: readonly string[] = []) => [...before, name])
        .makeOptionMandatory(),
    )
    .addOption(
      new Option(
        '--reason <text>',
        'why, for whoever reads the audit; name a case, not a person',
      ).makeOptionMandatory(),
    )
    .addOption(new Option('--ticket <id>', 'the case that it belongs to'))
    .addOption(new Option('--run <run>', 'run that the tokens are from, or whose rows are chosen'))
    .addOption(new Option('--rows <numbers>', 'rows of the run, by their numbers, as in 3,17').argParser(parseRows))
    .addOption(
      new Option('--where <column=value>', 'rows by a column as the warehouse has it; may be repeated').argParser(
        parseWhere,
      ),
    )
    .addOption(new Option('--as <name>', 'as whom, where more than one may ask'))
    .addOption(dataOption())
    .addOption(envOption())
    .addOption(jsonOption())
    .action(async (tokens: string[], options: ReidentifyOptions) => {
      const { reidentify } = await import('../reidentify/reidentify.ts');
      await reidentify(tokens, options);
    });
}

function parseRows(text: string): number[] {
  const rows = text.split(',').map(Number);
  if (!rows.every((row) => Number.isSafeInteger(row) && row > 0))
    throw new InvalidArgumentError('Give numbers of records, from 1, as in 3,17.');
  return rows;
}

function parseWhere(text: string, before: Readonly<Record<string, string>> = {}): Record<string, string> {
  const at = text.indexOf('=');
  if (at < 1 || at === text.length - 1)
    throw new InvalidArgumentError('Give a column and its value, as in customer_id=c1.');
  return { ...before, [text.slice(0, at)]: text.slice(at + 1) };
}

import { type Command, Option } from 'commander';
import { parseCommit } from '../archive/commit.ts';
import { dataOption, envOption, type JsonOption, jsonOption, type PlaceOption, projectOption } from '../options.ts';

export interface RetokenizeOptions extends PlaceOption, JsonOption {
  project: string;
  commit?: string;
  plan?: true;
}

export function addRetokenize(program: Command): void {
  program
    .command('retokenize')
    .summary('make all tokens of a table anew, after a change of key, version or normalization')
    .description(
      'Makes the declarations current although they bring other tokens than those that are loaded. Each table that this concerns takes nothing in until every run that has rows in it was replayed; then the new rows take the place of all old ones at once. Afterwards what reads these tables is built anew. Interrupted, it goes on when it is called again.',
    )
    .addOption(new Option('--plan', 'tell what would be done, in which order, and do nothing'))
    .addOption(
      new Option('--commit <sha>', 'the commit that this is, with --env (asked of git unless said)').argParser(
        parseCommit,
      ),
    )
    .addOption(projectOption())
    .addOption(dataOption())
    .addOption(envOption())
    .addOption(jsonOption())
    .action(async (options: RetokenizeOptions) => {
      const { retokenize } = await import('../keys/retokenize.ts');
      await retokenize(options);
    });
}

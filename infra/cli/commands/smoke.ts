import { type Command, InvalidArgumentError, Option } from 'commander';
import { dataOption, envOption, type JsonOption, jsonOption, type PlaceOption } from '../options.ts';

export interface SmokeOptions extends PlaceOption, JsonOption {
  /** Seconds. */
  patience: number;
}

export function addSmoke(program: Command): void {
  program
    .command('smoke')
    .summary('drop a canary, and look for its rows')
    .description(
      'Drops a small file into the raw bucket and waits until its rows can be queried: all of them, de-identified. Removes the file again.',
    )
    .addOption(
      new Option('--patience <seconds>', 'how long it waits for the rows').default(300).argParser(parseSeconds),
    )
    .addOption(dataOption())
    .addOption(envOption())
    .addOption(jsonOption())
    .action(async (options: SmokeOptions) => {
      const { smoke } = await import('../release/smoke.ts');
      await smoke(options);
    });
}

function parseSeconds(text: string): number {
  const seconds = Number(text);
  if (!/^\d+$/.test(text) || seconds < 1 || seconds > 3600)
    throw new InvalidArgumentError('Give seconds, from 1 to 3600.');
  return seconds;
}

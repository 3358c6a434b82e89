import { Argument, type Command } from 'commander';
import { dataOption, envOption, type JsonOption, jsonOption, type PlaceOption } from '../options.ts';

export interface KeysOptions extends PlaceOption, JsonOption {}

export function addKeys(program: Command): void {
  program
    .command('keys')
    .summary('the de-identification keys, who uses them, and what wraps them')
    .description(
      'Lists the de-identification keys and their versions, the columns that use each, and the KMS keys that wrap them. `keys rewrap` wraps each anew by the version of its KMS key that is primary now: the data keys, and so the tokens, stay what they are. On a local cloud they are replaced; of a deployment it prints `wrapped_keys`, for its file of values.',
    )
    .addArgument(new Argument('[action]', 'what to do').choices(['list', 'rewrap']).default('list'))
    .addOption(dataOption())
    .addOption(envOption())
    .addOption(jsonOption())
    .action(async (action: 'list' | 'rewrap', options: KeysOptions) => {
      if (action === 'list') {
        const { list } = await import('../keys/list.ts');
        await list(options);
      } else {
        const { rewrap } = await import('../keys/rewrap.ts');
        await rewrap(options);
      }
    });
}

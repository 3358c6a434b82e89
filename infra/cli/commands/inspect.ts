import { type Command, Option } from 'commander';
import { type DataOption, dataOption, type JsonOption, jsonOption } from '../options.ts';

export interface InspectOptions extends DataOption, JsonOption {
  to?: string;
}

export function addInspect(program: Command): void {
  program
    .command('inspect')
    .summary('propose a declaration for a new kind of file')
    .description(
      'Reads a file, has the local DLP look at a sample of its values, and prints a source that protects what was found, ready to be read, mended and saved. The file is not uploaded, and none of its values is printed.',
    )
    .argument('<file>', 'CSV, NDJSON or Parquet; gzip and zstd are told by the content')
    .addOption(new Option('--to <path>', 'folder of the raw bucket that such files will come to, as in shop/returns/'))
    .addOption(dataOption())
    .addOption(jsonOption())
    .action(async (file: string, options: InspectOptions) => {
      const { inspect } = await import('../inspect/inspect.ts');
      await inspect(file, options);
    });
}

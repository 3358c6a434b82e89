import { type Command, Option } from 'commander';
import { parseCommit } from '../archive/commit.ts';
import { type JsonOption, jsonOption } from '../options.ts';

export interface ArchiveOptions extends JsonOption {
  out: string;
  commit?: string;
  sbom?: true;
}

export function addArchive(program: Command): void {
  program
    .command('archive')
    .summary("the functions' source archive")
    .description(
      'Makes the archive that is deployed: the functions and what they need at run time, named by its commit.',
    )
    .addOption(new Option('--out <dir>', 'folder that it is written to').default('.'))
    .addOption(
      new Option('--commit <sha>', 'the commit that this is (asked of git unless said)').argParser(parseCommit),
    )
    .addOption(new Option('--sbom', 'beside it what it is made of, as CycloneDX'))
    .addOption(jsonOption())
    .action(async (options: ArchiveOptions) => {
      const { archive } = await import('../archive/write-archive.ts');
      await archive(options);
    });
}

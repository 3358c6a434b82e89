import { type Command, Option } from 'commander';
import { parseCommit } from '../archive/commit.ts';
import { dataOption, envOption, type JsonOption, jsonOption, type PlaceOption, projectOption } from '../options.ts';

export interface ReleaseOptions extends PlaceOption, JsonOption {
  project: string;
  commit?: string;
  stage?: true;
}

export function addRelease(program: Command): void {
  program
    .command('release')
    .summary('compile the declarations, store them by commit, and run them from now on')
    .description(
      'Compiles every declaration into releases/<commit>.json in the state bucket, and names it in releases/current.json.',
    )
    .addOption(
      new Option('--commit <sha>', 'the commit that this is (asked of git unless said)').argParser(parseCommit),
    )
    .addOption(new Option('--stage', 'store it and leave the current one as it is'))
    .addOption(projectOption())
    .addOption(dataOption())
    .addOption(envOption())
    .addOption(jsonOption())
    .action(async (options: ReleaseOptions) => {
      const { release } = await import('../release/release.ts');
      await release(options);
    });
}

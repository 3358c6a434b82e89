import { type Command, Option } from 'commander';
import { dataOption, envOption, type JsonOption, jsonOption, type PlaceOption, projectOption } from '../options.ts';

export interface RollbackOptions extends PlaceOption, JsonOption {
  project: string;
  infra?: true;
  yes?: true;
}

export function addRollback(program: Command): void {
  program
    .command('rollback')
    .summary('run an earlier release again, and with --infra its functions')
    .description(
      'Names the release of an earlier commit as the current one. With --infra the functions are deployed anew from the archive of that commit first, by Terraform, with the infrastructure as it is declared here.',
    )
    .argument('<commit>', 'id of the release: a commit, or as much of it as no other shares')
    .addOption(new Option('--infra', 'the functions too'))
    .addOption(new Option('--yes', 'with --infra: do not ask before Terraform applies'))
    .addOption(projectOption())
    .addOption(dataOption())
    .addOption(envOption())
    .addOption(jsonOption())
    .action(async (commit: string, options: RollbackOptions) => {
      const { rollback } = await import('../release/rollback.ts');
      await rollback(commit, options);
    });
}

import { type Command, Option } from 'commander';
import { dataOption, envOption, type JsonOption, jsonOption, type PlaceOption, projectOption } from '../options.ts';

export interface PlanOptions extends PlaceOption, JsonOption {
  project: string;
  against?: string;
  markdown?: true;
}

export function addPlan(program: Command): void {
  program
    .command('plan')
    .summary('what the declarations here would build anew, why, and for how much')
    .description(
      'Compares the declarations with the release that runs, and tells what would be built anew at its next turn, with the bytes that BigQuery says it would read (a dry run, which costs nothing).',
    )
    .addOption(
      new Option(
        '--against <dir>',
        'compare with the declarations of another folder, offline: no bytes are known then',
      ),
    )
    .addOption(new Option('--markdown', 'as a comment on a pull request'))
    .addOption(projectOption())
    .addOption(dataOption())
    .addOption(envOption())
    .addOption(jsonOption())
    .action(async (options: PlanOptions) => {
      const { plan } = await import('../plan/plan.ts');
      await plan(options);
    });
}

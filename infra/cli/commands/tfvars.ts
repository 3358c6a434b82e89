import { type Command, Option } from 'commander';
import { type JsonOption, jsonOption, projectOption } from '../options.ts';
import { print, printJson } from '../output.ts';

interface TfvarsOptions extends JsonOption {
  project: string;
  out: string;
}

const DEFAULT_OUT = 'infra/deploy/declared.auto.tfvars.json';

export function addTfvars(program: Command): void {
  program
    .command('tfvars')
    .summary('what the declarations ask of Terraform')
    .description(
      'Writes what the declarations ask of the infrastructure (datasets, keys, folders, schedules, expectations), so that Terraform need not be told again. With --json it is printed and nothing is written.',
    )
    .addOption(new Option('--out <file>', 'file that Terraform reads by itself').default(DEFAULT_OUT))
    .addOption(projectOption())
    .addOption(jsonOption())
    .action(tfvars);
}

async function tfvars({ project, out, json }: TfvarsOptions): Promise<void> {
  const [{ compileDelivery }, { planDeclared }, { writeFileSync }] = await Promise.all([
    import('../release/canary.ts'),
    import('../tfvars.ts'),
    import('node:fs'),
  ]);
  const declared = planDeclared(compileDelivery(project));
  if (json) return printJson({ declared });
  writeFileSync(out, `${JSON.stringify({ declared }, undefined, 2)}\n`);
  print(`${out}: ${Object.keys(declared.datasets).join(', ') || 'no datasets'}`);
}

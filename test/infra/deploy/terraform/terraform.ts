import { spawn, spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DEPLOY } from '../module.ts';
import { type StandIn, startStandIn } from './stand-in.ts';

export const hasTerraform = spawnSync('terraform', ['version'], { stdio: 'ignore' }).status === 0;

/** The real Terraform over a copy of the module, with the stand-in for its provider and a state of its own. */
export interface Terraform {
  /** The copy. */
  dir: string;
  /** stdout and stderr together, and the status. */
  run(...args: string[]): Promise<{ status: number; output: string }>;
  /** What would be made with these variables. Throws with what Terraform says where it refuses. */
  plan(variables: Record<string, unknown>, ...files: string[]): Promise<Plan>;
  /** Makes what was planned last, and tells what stands then. */
  apply(): Promise<PlannedResource[]>;
  stop(): void;
}

export interface Plan {
  resources: PlannedResource[];
  outputs: Record<string, unknown>;
}

export interface PlannedResource {
  address: string;
  type: string;
  name: string;
  index?: string | number;
  values: Record<string, unknown>;
}

export async function startTerraform(): Promise<Terraform> {
  const dir = mkdtempSync(join(tmpdir(), 'sluice-terraform-'));
  const standIn: StandIn = await startStandIn();
  cpSync(DEPLOY, dir, { recursive: true, filter: (path) => !/\.terraform|auto\.tfvars/.test(path) });
  // Terraform merges files of this name over what they override.
  writeFileSync(join(dir, 'backend_override.tf'), 'terraform {\n  backend "local" {}\n}\n');
  const env = {
    ...process.env,
    TF_REATTACH_PROVIDERS: standIn.reattach,
    TF_IN_AUTOMATION: '1',
    TF_CLI_CONFIG_FILE: join(dir, 'none.tfrc'),
    CHECKPOINT_DISABLE: '1',
  };
  writeFileSync(join(dir, 'none.tfrc'), '');

  // Not spawnSync: the stand-in answers from this very process.
  const run: Terraform['run'] = (...args) =>
    new Promise((resolve, reject) => {
      const child = spawn('terraform', args, { cwd: dir, env });
      let output = '';
      for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk));
      child.on('error', reject).on('close', (status) => resolve({ status: status ?? 1, output }));
    });

  async function must(...args: string[]): Promise<string> {
    const { status, output } = await run(...args);
    if (status !== 0) throw new Error(output.slice(Math.max(0, output.search(/^Error:|╷|^│/m))));
    return output;
  }

  const stop = (): void => {
    standIn.stop();
    rmSync(dir, { recursive: true, force: true });
  };
  await must('init', '-input=false', '-no-color').catch((error: unknown) => {
    stop();
    throw error;
  });
  return {
    dir,
    run,
    stop,
    async plan(variables, ...files) {
      writeFileSync(join(dir, 'test.tfvars.json'), JSON.stringify(variables));
      const given = [...files.map((file) => `-var-file=${file}`), '-var-file=test.tfvars.json'];
      await must('plan', '-input=false', '-no-color', '-out=plan.bin', ...given);
      const { planned_values } = JSON.parse(await must('show', '-json', 'plan.bin')) as {
        planned_values: {
          outputs?: Record<string, { value?: unknown }>;
          root_module: { resources: PlannedResource[] };
        };
      };
      const outputs = Object.entries(planned_values.outputs ?? {}).map(([name, { value }]) => [name, value]);
      return { resources: planned_values.root_module.resources, outputs: Object.fromEntries(outputs) };
    },
    async apply() {
      await must('apply', '-input=false', '-no-color', 'plan.bin');
      const { values } = JSON.parse(await must('show', '-json')) as {
        values: { root_module: { resources: PlannedResource[] } };
      };
      return values.root_module.resources;
    },
  };
}

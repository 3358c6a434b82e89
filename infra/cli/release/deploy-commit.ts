import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { archiveName } from '../archive/archive-name.ts';
import { deploymentPath, readDeployment } from '../env/deployment-file.ts';
import { FailedError, UsageError } from '../errors.ts';
import { callJson } from '../http-json.ts';
import { isTerminal } from '../output.ts';
import { authorized, type Site } from '../site.ts';
import { planDeclared } from '../tfvars.ts';
import { compileDelivery } from './canary.ts';

const DEPLOY = fileURLToPath(new URL('../../deploy', import.meta.url));

export interface DeployCommit {
  env: string;
  commit: string;
  /** Folder of the declarations, which the infrastructure is made for. */
  project: string;
  /** Apply without asking. */
  yes: boolean;
  say: (line: string) => void;
}

/** Has Terraform deploy the functions from a commit's archive. Throws before anything is changed where there is none. */
export async function deployCommit(site: Site, { env, commit, project, yes, say }: DeployCommit): Promise<void> {
  if (!yes && !isTerminal()) throw new UsageError('nobody is here to approve what Terraform would do: add --yes');
  const { archives } = readDeployment(env);
  const url = `${site.storage}/storage/v1/b/${archives}/o/${encodeURIComponent(archiveName(commit))}?fields=name`;
  const found = await callJson('GET', url, undefined, { ...(await authorized(site)), allow: [404] });
  if (!found) throw new FailedError(`there is no ${archiveName(commit)} in ${archives}: build that commit again`);
  // Beside the deployment's file: what Terraform was given, and where it keeps its state.
  const stem = resolve(deploymentPath(env)).slice(0, -'.json'.length);
  const variables = `${stem}.tfvars`;
  const backend = `${stem}.gcs.tfbackend`;
  for (const file of [variables, backend])
    if (!existsSync(file)) throw new UsageError(`there is no ${file}, which Terraform needs for ${env}`);
  say(`terraform deploys the functions of ${commit}`);
  const folder = mkdtempSync(join(tmpdir(), 'sluice-rollback-'));
  try {
    // What `sluice tfvars` writes, which no checkout brings along.
    const declared = join(folder, 'declared.tfvars.json');
    writeFileSync(declared, JSON.stringify({ declared: planDeclared(compileDelivery(project)) }));
    await terraform('init', '-input=false', '-reconfigure', `-backend-config=${backend}`);
    await terraform(
      ...['apply', `-var-file=${variables}`, `-var-file=${declared}`, `-var=commit=${commit}`],
      ...(yes ? ['-auto-approve', '-input=false'] : []),
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Its words go to the person as they come, beside the results. */
function terraform(...args: string[]): Promise<void> {
  const child = spawn('terraform', [`-chdir=${DEPLOY}`, ...args], {
    stdio: ['inherit', process.stderr.fd, process.stderr.fd],
  });
  return new Promise((resolve, reject) => {
    child.once('error', (cause) =>
      reject(new FailedError('terraform could not be started: install it, or put it on the PATH', { cause })),
    );
    child.once('close', (status) =>
      status === 0 ? resolve() : reject(new FailedError(`terraform ${args[0]} failed; what it said stands above`)),
    );
  });
}

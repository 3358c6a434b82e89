import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { BUCKET_ROLES, FUNCTION_NAMES, TASK_TARGETS } from '../../../functions/model/deployment.ts';
import { UsageError } from '../errors.ts';

/** `infra/deploy/env/NAME.json`: what a deployment's parts are called, as `terraform output -json environment` writes it. */

const FOLDER = fileURLToPath(new URL('../../deploy/env', import.meta.url));

const name = z.string().min(1);
/** Loopback without TLS is for tests. */
const address = z
  .string()
  .regex(/^https:\/\/[^\s/]+(\/\S*)?$|^http:\/\/127\.0\.0\.1:\d+(\/\S*)?$/, 'must be an https address');

export const DEPLOYMENT = z.strictObject({
  project: name,
  /** Of the warehouse. */
  location: name,
  region: name,
  buckets: z.strictObject(
    Object.fromEntries(BUCKET_ROLES.map((role) => [role, name])) as Record<(typeof BUCKET_ROLES)[number], typeof name>,
  ),
  queues: z.strictObject(
    Object.fromEntries(TASK_TARGETS.map((role) => [role, name])) as Record<(typeof TASK_TARGETS)[number], typeof name>,
  ),
  topics: z.strictObject({ events: name, arrivals: name }),
  functions: z.strictObject(
    Object.fromEntries(FUNCTION_NAMES.map((role) => [role, address])) as Record<
      (typeof FUNCTION_NAMES)[number],
      typeof address
    >,
  ),
  /** Account whose identity token opens adhoc. */
  operator: z.email(),
  /** Accounts whose identity token opens reidentify, by the name of who acts as each. */
  reidentifiers: z.record(name, z.email()),
  /** Accounts whose identity token opens forget, likewise. */
  forgetters: z.record(name, z.email()),
  /** Bucket of the source archives. */
  archives: name,
  /** De-identification keys by name, wrapped. */
  keys: z.record(name, name).optional(),
  /** The KMS key that wraps them. */
  dlp_key: name.optional(),
  /** In place of Google's public ones: Private Service Connect. */
  endpoints: z
    .strictObject({ storage: address, bigquery: address, kms: address, identity: address })
    .partial()
    .optional(),
});

export type DeploymentFile = z.infer<typeof DEPLOYMENT>;

/** `NAME`, or a path that ends in .json. Throws UsageError where there is none. */
export function deploymentPath(env: string): string {
  if (env.endsWith('.json')) {
    if (!existsSync(env)) throw new UsageError(`--env ${env}: there is no such file`);
    return env;
  }
  if (!/^[a-z0-9][a-z0-9-]*$/.test(env))
    throw new UsageError(
      `--env ${env}: give a name of lower-case letters, digits and hyphens, or the path of a .json file`,
    );
  const file = join(FOLDER, `${env}.json`);
  if (existsSync(file)) return file;
  const known = existsSync(FOLDER) ? readdirSync(FOLDER).filter((one) => one.endsWith('.json')) : [];
  throw new UsageError(
    `there is no infra/deploy/env/${env}.json (${known.map((one) => one.slice(0, -5)).join(', ') || 'none'} is there): write it with \`terraform -chdir=infra/deploy output -json environment > infra/deploy/env/${env}.json\``,
  );
}

/** Throws UsageError with everything that is wrong with the file. */
export function readDeployment(env: string): DeploymentFile {
  const file = deploymentPath(env);
  const parsed = DEPLOYMENT.safeParse(parseJson(file));
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'the file'}: ${message}`);
  throw new UsageError(`${file} is not what terraform writes:\n${problems.join('\n')}`);
}

function parseJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (cause) {
    throw new UsageError(`${file} is no JSON: write it again with terraform output`, { cause });
  }
}

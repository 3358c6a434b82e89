import { registerHooks } from 'node:module';
import { parse } from 'yaml';

/** GitHub's own parser of workflows imports its JSON as bundlers take it; Node wants to be told that it is JSON. */
registerHooks({
  load: (url, context, next) =>
    next(url, url.endsWith('.json') ? { ...context, importAttributes: { type: 'json' } } : context),
});
const { convertWorkflowTemplate, NoOperationTraceWriter, parseWorkflow } = await import('@actions/workflow-parser');

type Permissions = string | Record<string, string>;
interface Step {
  uses?: string;
  run?: string;
  with?: Record<string, unknown>;
}
interface Workflow {
  on?: unknown;
  permissions?: Permissions;
  jobs?: Record<string, { permissions?: Permissions; 'timeout-minutes'?: number; steps?: Step[] }>;
}

/** What GitHub itself would refuse. */
export async function checkSyntax(text: string): Promise<string[]> {
  const { context, value } = parseWorkflow({ name: 'workflow.yml', content: text }, new NoOperationTraceWriter());
  // What only the whole of it tells: jobs that wait for each other.
  if (value) await convertWorkflowTemplate(context, value);
  return context.errors.getErrors().map(({ message }) => message);
}

/** A full SHA, which nobody can move, with the version that it was. */
const PINNED = /^[\w-]+\/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/;

/** What a review of a workflow for strangers' code asks for. */
export function checkWorkflow(text: string): string[] {
  const { on, permissions, jobs = {} } = parse(text) as Workflow;
  const problems: string[] = [];
  if (JSON.stringify(on).includes('pull_request_target'))
    problems.push('pull_request_target hands secrets to strangers');
  if (JSON.stringify(permissions) !== '{}')
    problems.push('no job has a permission that it does not name: permissions: {}');
  if (/\bsecrets\b/.test(text.replace(/^\s*#.*$/gm, ''))) problems.push('a secret is used');
  for (const [, action = ''] of text.matchAll(/^\s*(?:- )?uses: (.*)$/gm))
    if (!PINNED.test(action)) problems.push(`${action} is not pinned by its commit`);
  for (const [name, job] of Object.entries(jobs)) {
    const steps = job.steps ?? [];
    if (!job['timeout-minutes']) problems.push(`${name} has no timeout`);
    const granted = typeof job.permissions === 'object' ? Object.values(job.permissions) : [job.permissions];
    const runsTheirs = steps.some(({ uses = '' }) => uses.startsWith('actions/checkout@'));
    if (granted.some((one) => one !== 'read') && runsTheirs) problems.push(`${name} checks code out and may write`);
    for (const { uses = '', run = '', with: given } of steps) {
      // What stands in an expression is put into the script as it is, titles and names of branches too.
      if (run.includes('${{')) problems.push(`${name} puts an expression into a script: hand it on by env`);
      if (uses.startsWith('actions/checkout@') && given?.['persist-credentials'] !== false)
        problems.push(`${name} leaves its token in the checkout`);
    }
  }
  return problems;
}

import type { BuildStepDone } from '../../functions/model/build.ts';
import { paint } from './output.ts';
import { formatBytes, formatCounted } from './quantities.ts';
import { renderColumns } from './table.ts';

/** `12 rows, 10 MB billed`, or why there is nothing to tell of. */
export function describeStep({ outcome, message, rows, bytesBilled }: BuildStepDone): string {
  if (outcome !== 'built') return message ?? '';
  const facts = [
    ...(rows ? [formatCounted(rows, 'row')] : []),
    ...(bytesBilled ? [`${formatBytes(bytesBilled)} billed`] : []),
  ];
  return facts.join(', ');
}

export function paintOutcome(outcome: BuildStepDone['outcome'], text: string = outcome): string {
  switch (outcome) {
    case 'built':
      return paint('green', text);
    case 'skipped':
      return paint('dim', text);
    case 'failed':
    case 'blocked':
      return paint('red', text);
  }
}

export function renderSteps(steps: readonly BuildStepDone[]): string {
  const rows = steps.map((step) => [`  ${paintOutcome(step.outcome)}`, step.transform, describeStep(step)]);
  return renderColumns([{ head: '' }, { head: '' }, { head: '' }], rows);
}

/** As it happens: the columns have to be wide enough for what is still to come. */
export function renderStep(step: BuildStepDone, ids: readonly string[]): string {
  const widest = Math.max(...ids.map((id) => id.length));
  return `${paintOutcome(step.outcome, step.outcome.padEnd(7))}  ${step.transform.padEnd(widest)}  ${describeStep(step)}`.trimEnd();
}

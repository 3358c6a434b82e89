import type { BuildStepDone } from '../../../../functions/model/build.ts';
import { describeStep, paintOutcome } from '../../describe-build.ts';
import { describeInspection } from '../../describe-inspection.ts';
import { dataFlag } from '../../endpoints.ts';
import { paint, width } from '../../output.ts';
import { formatBytes, formatCount, formatCounted } from '../../quantities.ts';
import { renderValue } from '../../query/decode-row.ts';
import { renderColumns } from '../../table.ts';
import { wrap } from '../../text.ts';
import type { CommandFact, TransformFact } from '../facts.ts';
import { indent, renderSection } from './section.ts';

export function renderTransforms(transforms: readonly TransformFact[], loads: number): string {
  const head = (text: string, align: 'left' | 'right' = 'left') => ({ head: paint('dim', text), align });
  const count = (times: number, style: Parameters<typeof paint>[0]): string =>
    times === 0 ? paint('dim', '–') : paint(style, formatCount(times));
  const isFailing = transforms.some(({ failed }) => failed > 0);
  const rows = transforms.map(({ id, kind, version, rows, built, skipped, failed }) => [
    id,
    kind,
    version.slice(0, 12),
    rows === undefined ? paint('dim', '–') : formatCount(rows),
    count(built, 'green'),
    count(skipped, 'dim'),
    ...(isFailing ? [count(failed, 'red')] : []),
  ]);
  const columns = [
    head(''),
    head('kind'),
    head('version'),
    head('rows', 'right'),
    head('built', 'right'),
    head('skipped', 'right'),
    ...(isFailing ? [head('not built', 'right')] : []),
  ];
  return renderSection(`Transforms, after ${formatCounted(loads, 'load')}`, [indent(renderColumns(columns, rows))]);
}

/** Of what a command answered, within its section. */
const INDENT = 4;
/** Under the second column. */
const HANG = ' '.repeat(9);

/** Each command as a person would type it, and what it answered. */
export function renderCommands(commands: readonly CommandFact[], data: string): string {
  const blocks = commands.map((command) => renderCommand(command, data));
  return renderSection('The night, and by hand', [indent(blocks.join('\n\n'))]);
}

function renderCommand({ command, night, steps, query, error }: CommandFact, data: string): string {
  const lines = [`${paint('dim', '$')} npx ${command.replaceAll('\n', '\n  ')}${dataFlag(data)}`];
  if (night) {
    const { claimed, redriven, tables } = night.swept;
    const missed = claimed + redriven + tables;
    lines.push(missed === 0 ? 'swept: nothing was missed' : `swept: ${missed} that were missed go on`);
    for (const source of night.late) lines.push(`late: ${source}`);
    lines.push(...describeInspection(night.inspection).map((line) => wrap(line, width() - INDENT)));
  }
  if (steps) lines.push(...renderSteps(steps));
  if (error !== undefined) lines.push(paint('red', wrap(error, width() - INDENT)));
  if (query) {
    const { columns, rows, bytesBilled } = query;
    const cells = rows.map((row) => columns.map((name) => renderValue(row[name] ?? null)));
    lines.push(
      renderColumns(
        columns.map((name) => ({ head: paint('dim', name) })),
        cells,
      ),
    );
    lines.push(paint('dim', `${formatCounted(rows.length, 'row')}, ${formatBytes(bytesBilled)} billed`));
  }
  return lines.map((line, at) => (at === 0 ? line : indent(line))).join('\n');
}

/** What was skipped for one reason is one line. */
function renderSteps(steps: readonly BuildStepDone[]): string[] {
  const reasons = new Map<string, string[]>();
  const lines: string[] = [];
  for (const step of steps) {
    if (step.outcome === 'skipped') {
      const reason = describeStep(step);
      reasons.set(reason, [...(reasons.get(reason) ?? []), step.transform]);
    } else {
      const line = `${step.outcome.padEnd(7)}  ${step.transform}  ${describeStep(step)}`;
      lines.push(wrap(line, width() - INDENT, HANG).replace(step.outcome, () => paintOutcome(step.outcome)));
    }
  }
  for (const [reason, ids] of reasons)
    lines.push(
      `${paintOutcome('skipped')}  ${wrap(ids.join(', '), width() - INDENT - HANG.length, HANG)}`,
      `${HANG}${paint('dim', reason)}`,
    );
  return lines;
}

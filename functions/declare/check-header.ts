import type { Finding, Path, ProblemCode } from './problem.ts';
import type { DeclaredHeader } from './schema/transform-header.ts';
import { expressionFault } from './sql/expression.ts';

/** What the parts of a header say about each other. */
export function checkHeader(header: DeclaredHeader): Finding[] {
  const { kind, partition, cluster, start, ignore, assert = [] } = header;
  const findings: Finding[] = [];
  const say = (path: Path, code: ProblemCode, message: string, remedy: string) =>
    findings.push({ path, code, message, remedy });

  if (kind === 'incremental' && partition === undefined) {
    say(
      ['partition'],
      'MISSING_KEY',
      'is missing: an incremental transform replaces partitions',
      'add `partition: { by: ..., grain: day }`',
    );
  }
  if (kind === 'view') {
    if (partition !== undefined)
      say(['partition'], 'WRONG_VALUE', 'a view has no partitions', 'remove it, or write `kind: table`');
    if (cluster.length > 0)
      say(['cluster'], 'WRONG_VALUE', 'a view is not clustered', 'remove it, or write `kind: table`');
  }
  if (kind !== 'incremental') {
    if (start !== undefined)
      say(['start'], 'WRONG_VALUE', `a ${kind} has no first day`, 'remove it, or write `kind: incremental`');
    if (ignore.length > 0)
      say(['ignore'], 'WRONG_VALUE', `a ${kind} has no past intervals`, 'remove it, or write `kind: incremental`');
  }
  for (const assertion of assert) {
    if (assertion.kind !== 'where') continue;
    const fault = expressionFault(assertion.expression);
    if (fault === undefined) continue;
    say(
      ['assert'],
      'WRONG_VALUE',
      `\`${assertion.expression}\` cannot be asserted: ${fault}`,
      'write a condition on the columns of the result, as in `"amount >= 0"`',
    );
  }
  return findings;
}

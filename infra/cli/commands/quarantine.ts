import type { Command } from 'commander';
import { runId } from '../../../functions/model/ids.ts';
import type { LedgerEntry } from '../../../functions/model/run.ts';
import { UNMATCHED } from '../../../functions/model/source.ts';
import { reach } from '../connect.ts';
import { describeReason, shortId } from '../describe-run.ts';
import { dataFlag } from '../endpoints.ts';
import { dataOption, envOption, type JsonOption, jsonOption, type PlaceOption } from '../options.ts';
import { paint, print, printJson } from '../output.ts';
import { formatAge, formatCounted } from '../quantities.ts';

export function addQuarantine(program: Command): void {
  program
    .command('quarantine')
    .summary('files that could not be loaded, and why')
    .description('Lists the files that are in quarantine, each with its first reason and how to process it again.')
    .addOption(dataOption())
    .addOption(envOption())
    .addOption(jsonOption())
    .action(quarantine);
}

async function quarantine({ data, env, json }: PlaceOption & JsonOption): Promise<void> {
  const { pipeline } = await reach({ data, env });
  const [held, all, { sources }] = await Promise.all([
    pipeline.runs({ states: ['QUARANTINED'], reasons: true }),
    pipeline.runs(),
    pipeline.release(),
  ]);
  const known = new Set(all.map(({ run }) => run));
  // What no source matched runs under the source that was declared since; its old run stays where it was.
  const isTakenUp = ({ source, detail }: LedgerEntry): boolean =>
    source === UNMATCHED && sources.some(({ id }) => known.has(runId(id, detail.object)));
  const quarantined = held.filter((entry) => !isTakenUp(entry));
  if (json) return printJson({ quarantined });
  if (quarantined.length === 0) return print('nothing is in quarantine');
  for (const entry of quarantined) print(`${renderHeld(entry)}\n`);
  const example = shortId(quarantined[0]?.run ?? '');
  print(
    `${formatCounted(quarantined.length, 'file')} in quarantine. Mend the file and drop it again, or mend the declaration and`,
  );
  print(`replay it: npx sluice replay ${example} --wait${dataFlag({ data, env })}`);
}

function renderHeld({ run, source, at, detail }: LedgerEntry): string {
  const [reason] = detail.reasons ?? [];
  const more = (detail.reasons?.length ?? 0) - 1;
  const from = source === UNMATCHED ? 'no source' : source;
  return [
    `${paint('bold', shortId(run))}  ${detail.object.name}  ${paint('dim', `${from}, ${formatAge(Date.now() - Date.parse(at))}`)}`,
    `  ${reason ? describeReason(reason) : 'no reason is known'}${more > 0 ? paint('dim', `  (and ${more} more: npx sluice show)`) : ''}`,
  ].join('\n');
}

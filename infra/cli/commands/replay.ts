import { type Command, Option } from 'commander';
import { isEnded } from '../../../functions/model/run.ts';
import { reach } from '../connect.ts';
import { describeReason, describeState, shortId } from '../describe-run.ts';
import { dataFlag } from '../endpoints.ts';
import { ExitError } from '../errors.ts';
import { followRuns } from '../follow.ts';
import { dataOption, envOption, type JsonOption, jsonOption, type PlaceOption } from '../options.ts';
import { note, paint, print, printJson, tellProgress } from '../output.ts';
import { parseUsd } from '../parse-usd.ts';

interface ReplayOptions extends PlaceOption, JsonOption {
  wait?: true;
  /** true = what it was said to cost. */
  acceptCost?: true | string;
}

export function addReplay(program: Command): void {
  program
    .command('replay')
    .summary('process the file of a run again')
    .description(
      'Processes the file of a run again, by the declarations of now. The rows that it loaded before are replaced.',
    )
    .argument('<run>', 'id of the run, or as much of it as no other shares')
    .addOption(new Option('--wait', 'wait until it has ended; exit status 1 if it is in quarantine'))
    .addOption(
      new Option(
        '--accept-cost [usd]',
        'let a run go on that waits for its cost: up to so many US dollars, or what it was said to cost and a tenth more',
      ).argParser(parseUsd),
    )
    .addOption(dataOption())
    .addOption(envOption())
    .addOption(jsonOption())
    .action(replay);
}

async function replay(id: string, { data, env, json, wait, acceptCost }: ReplayOptions): Promise<void> {
  const { pipeline } = await reach({ data, env });
  const say = json ? note : print;
  const entry = await pipeline.replay(id, acceptCost === true ? 'estimate' : acceptCost);
  say(`replaying ${entry.detail.object.name} as run ${shortId(entry.run)} of ${entry.source}, epoch ${entry.epoch}`);
  if (!wait) {
    if (json) printJson({ entry });
    else
      print(paint('dim', `npx sluice show ${shortId(entry.run)}${dataFlag({ data, env })} tells what becomes of it`));
    return;
  }
  const [last = entry] = await followRuns(pipeline, [entry], (change) => {
    const tell = json ? note : isEnded(change.state) ? print : tellProgress;
    tell(`  ${describeState(change)}`);
  });
  const ended = last.state === 'QUARANTINED' ? (await pipeline.show(last.run)).entry : last;
  if (json) printJson({ entry: ended });
  else for (const reason of ended.detail.reasons ?? []) print(`  ${paint('red', describeReason(reason))}`);
  if (ended.state === 'QUARANTINED') throw new ExitError(1);
}

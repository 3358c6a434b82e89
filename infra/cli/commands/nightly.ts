import { type Command, Option } from 'commander';
import type { NightReport } from '../../../functions/model/report.ts';
import { reach } from '../connect.ts';
import { describeInspection } from '../describe-inspection.ts';
import { followNight } from '../follow.ts';
import { dataOption, envOption, type JsonOption, jsonOption, type PlaceOption, parseDay } from '../options.ts';
import { note, print, printJson } from '../output.ts';
import { formatCounted } from '../quantities.ts';
import { tellBuild } from '../tell-build.ts';

interface NightlyOptions extends PlaceOption, JsonOption {
  date?: string;
}

export function addNightly(program: Command): void {
  program
    .command('nightly')
    .summary('what the schedule does every night, now')
    .description(
      'Sweeps up what was missed, tells which sources are late, has DLP look at a sample of every table, and builds the nightly transforms.',
    )
    .addOption(
      new Option('--date <day>', 'last day that incremental transforms build (today, UTC, unless said)').argParser(
        parseDay,
      ),
    )
    .addOption(dataOption())
    .addOption(envOption())
    .addOption(jsonOption())
    .action(nightly);
}

async function nightly({ data, env, json, date }: NightlyOptions): Promise<void> {
  const { pipeline } = await reach({ data, env });
  const night = await followNight(pipeline, await pipeline.nightly(date));
  const say = json ? note : print;
  for (const line of describeNight(night)) say(line);
  if (night.build) return tellBuild(pipeline, night.build, { json: json === true, facts: { night } });
  if (json) printJson({ night, done: [] });
  else print('no transform is built at night');
}

export function describeNight({ date, swept, late, inspection }: NightReport): string[] {
  const { claimed, redriven, tables, removed } = swept;
  const found = [
    ...(claimed > 0 ? [`${formatCounted(claimed, 'file')} that no event had told of`] : []),
    ...(redriven > 0 ? [`${formatCounted(redriven, 'run')} that had stopped`] : []),
    ...(tables > 0 ? [`${formatCounted(tables, 'table')} with files in line`] : []),
    ...(removed > 0 ? [`${formatCounted(removed, 'staged file')} past their life`] : []),
  ];
  return [
    `night of ${date}: sweep found ${found.join(', ') || 'nothing missed'}`,
    ...late.map((source) => `late: ${source} has missed its deadline`),
    ...describeInspection(inspection),
  ];
}

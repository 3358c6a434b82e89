import { type Command, Option } from 'commander';
import { reach } from '../connect.ts';
import { UsageError } from '../errors.ts';
import { dataOption, envOption, type JsonOption, jsonOption, type PlaceOption, parseDay } from '../options.ts';
import { print, printJson } from '../output.ts';
import { tellBuild } from '../tell-build.ts';

interface RunOptions extends PlaceOption, JsonOption {
  from?: string;
  to?: string;
  fullRefresh?: true;
  wait: boolean;
}

export function addRun(program: Command): void {
  program
    .command('run')
    .summary('build transforms now')
    .description('Builds the transforms that are named, in the order of their inputs. What has not changed is skipped.')
    .argument(
      '[selector]',
      'shop.daily_revenue, shop.*, +shop.x (and all it reads), shop.x+ (and all that read it)',
      '*',
    )
    .addOption(
      new Option('--from <day>', 'first day that incremental transforms build, changed or not').argParser(parseDay),
    )
    .addOption(new Option('--to <day>', 'last day of these').argParser(parseDay))
    .addOption(new Option('--full-refresh', 'build everything anew'))
    .addOption(new Option('--no-wait', 'start it and do not wait for its end'))
    .addOption(dataOption())
    .addOption(envOption())
    .addOption(jsonOption())
    .action(run);
}

async function run(selector: string, { data, env, json, from, to, fullRefresh, wait }: RunOptions): Promise<void> {
  if ((from === undefined) !== (to === undefined))
    throw new UsageError('--from and --to belong together: give both days, or neither');
  if (from && to && from > to) throw new UsageError(`--from ${from} is later than --to ${to}`);
  const { pipeline } = await reach({ data, env });
  const build = await pipeline.run({
    selector,
    ...(from && { from }),
    ...(to && { to }),
    ...(fullRefresh && { fullRefresh }),
  });
  if (wait) return tellBuild(pipeline, build.id, { json: json === true });
  if (json) return printJson({ build });
  print(`started ${build.id}: ${build.steps.map(({ transform }) => transform).join(', ')}`);
}

import { type Command, InvalidArgumentError, Option } from 'commander';
import type { LedgerEntry, RunState } from '../../../functions/model/run.ts';
import { reach } from '../connect.ts';
import { shortId } from '../describe-run.ts';
import { dataFlag } from '../endpoints.ts';
import { dataOption, envOption, type JsonOption, jsonOption, type PlaceOption } from '../options.ts';
import { isTerminal, note, paint, print, printJson } from '../output.ts';
import { formatAge, formatCount } from '../quantities.ts';
import { renderColumns } from '../table.ts';
import { truncate } from '../text.ts';

/** Names may have a thousand; the column is as wide as its longest. */
const NAME_CHARS = 60;

const STATES: readonly RunState[] = [
  'CLAIMED',
  'PREPARED',
  'DEIDENTIFIED',
  'BATCHED',
  'LOADED',
  'DONE',
  'QUARANTINED',
  'SUPERSEDED',
  'VANISHED',
];

interface RunsOptions extends PlaceOption, JsonOption {
  source?: string;
  state?: RunState;
}

export function addRuns(program: Command): void {
  program
    .command('runs')
    .summary('every file that came, newest first')
    .description('Lists the runs: each is one file at one generation, processed by one source.')
    .addOption(new Option('--source <id>', 'only of this source, as in shop.customers'))
    .addOption(new Option('--state <state>', 'only in this state').argParser(parseState))
    .addOption(dataOption())
    .addOption(envOption())
    .addOption(jsonOption())
    .action(runs);
}

function parseState(text: string): RunState {
  const state = STATES.find((one) => one === text.toUpperCase());
  if (!state) throw new InvalidArgumentError(`Give one of ${STATES.join(', ')}.`);
  return state;
}

async function runs({ data, env, json, source, state }: RunsOptions): Promise<void> {
  const { pipeline } = await reach({ data, env });
  const found = await pipeline.runs({ ...(source && { source }), ...(state && { states: [state] }) });
  if (json) return printJson({ runs: found });
  if (found.length === 0) {
    const only = [source && `of ${source}`, state && `in state ${state}`].filter(Boolean).join(' ');
    note(`no runs${only && ` ${only}`}: \`npx sluice drop FILE --to PATH${dataFlag({ data, env })}\` starts one`);
    return;
  }
  const heads = ['run', 'source', 'state', 'rows', 'rejects', 'object', 'when'];
  const numbers = ['rows', 'rejects'];
  print(
    renderColumns(
      heads.map((head) => ({
        head: paint('dim', head),
        align: numbers.includes(head) ? ('right' as const) : ('left' as const),
      })),
      found.map(rowOf),
    ),
  );
}

function rowOf({ run, source, state, at, detail }: LedgerEntry): string[] {
  return [
    shortId(run),
    source,
    paintState(state),
    detail.rows === undefined ? '' : formatCount(detail.rows),
    detail.rejects ? formatCount(detail.rejects) : '',
    isTerminal() ? truncate(detail.object.name, NAME_CHARS) : detail.object.name,
    formatAge(Date.now() - Date.parse(at)),
  ];
}

function paintState(state: RunState): string {
  if (state === 'DONE') return paint('green', state);
  return state === 'QUARANTINED' ? paint('red', state) : state;
}

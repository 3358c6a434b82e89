import type { Ask, RowsAnswer, TokensAnswer, Unopened } from '../../../functions/model/reidentification.ts';
import type { ReidentifyOptions } from '../commands/reidentify.ts';
import { findSite } from '../connect.ts';
import { ExitError, FailedError, UsageError } from '../errors.ts';
import { callJson } from '../http-json.ts';
import { createIdTokens } from '../id-tokens.ts';
import { note, print, printJson } from '../output.ts';
import { type Site, urlOf } from '../site.ts';
import { renderColumns } from '../table.ts';
import { readTokens } from './read-tokens.ts';

export async function reidentify(args: readonly string[], options: ReidentifyOptions): Promise<void> {
  const { data, env, json, source, column: columns, reason, ticket, run, rows, where } = options;
  const { tokens, contexts } = await readTokens(args, process.stdin);
  const ask: Ask = {
    source,
    columns,
    reason,
    ...(tokens && { tokens }),
    ...(contexts && { contexts }),
    ...(run !== undefined && { run }),
    ...(rows && { rows }),
    ...(where && { where }),
    ...(ticket !== undefined && { ticket }),
  };
  const site = await findSite({ data, env });
  const url = urlOf(site, 'reidentify');
  const idToken = createIdTokens(site, accountOf(site, options.as));
  // Not tried again: each time it is asked is an entry of its own.
  const answer = await callJson<TokensAnswer | RowsAnswer>('POST', url, ask, { token: await idToken(url) });
  if (!answer) throw new FailedError('the reidentify function gave no answer');
  if (json) printJson(answer);
  else if ('rows' in answer) tellRows(answer);
  else tellTokens(answer);
  for (const path of answer.unverified) note(`a wrong token of ${path} makes a wrong value: nothing in it tells`);
  note(`written down as ${answer.audit}`);
  if (answer.unopened.length > 0 || ('missing' in answer && answer.missing.length > 0)) throw new ExitError(1);
}

function accountOf({ reidentifiers }: Site, as: string | undefined): string {
  const names = Object.keys(reidentifiers);
  if (names.length === 0)
    throw new UsageError('nobody may re-identify here: the variable `reidentifiers` of infra/deploy says who may');
  const name = names.length === 1 ? (as ?? names[0]) : as;
  const account = Object.entries(reidentifiers).find(([one]) => one === name)?.[1];
  if (account === undefined)
    throw new UsageError(`--as must be one of ${names.join(', ')}: each is somebody's own account`);
  return account;
}

const WHY: Readonly<Record<Unopened, string>> = {
  NOT_A_TOKEN: 'is no token of this column',
  DOES_NOT_OPEN: 'does not open: another key, another tweak, or damaged',
};

/** A line a token, in their order, so that they can be pasted beside each other; an empty one where there is no value. */
function tellTokens({ values, unopened }: TokensAnswer): void {
  for (const value of values) print(oneLine(value ?? ''));
  for (const { index, why } of unopened) note(`token ${index + 1} ${WHY[why]}`);
}

function tellRows({ rows, unopened, missing }: RowsAnswer): void {
  const names = Object.keys(rows[0]?.values ?? {});
  const head = ['run', 'row', ...names].map((name) => ({ head: name }));
  const cells = rows.map(({ run, row, values }) => [
    run,
    String(row),
    ...names.map((name) => oneLine(values[name] ?? '')),
  ]);
  print(rows.length === 0 ? 'no row is chosen' : renderColumns(head, cells));
  for (const { row, column, why } of unopened) note(`${column} of row ${row} ${WHY[why]}`);
  for (const row of missing) note(`the table has no row ${row} of this run`);
}

const oneLine = (text: string): string => text.replace(/[\t\n\r]/g, ' ');

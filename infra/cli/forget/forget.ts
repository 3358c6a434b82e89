import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Erasure, ErasureReport } from '../../../functions/model/erasure.ts';
import type { ForgetOptions } from '../commands/forget.ts';
import { findSite } from '../connect.ts';
import { ExitError, FailedError, ServiceError, UnreachableError, UsageError } from '../errors.ts';
import { callJson } from '../http-json.ts';
import { createIdTokens } from '../id-tokens.ts';
import { note, print, printJson } from '../output.ts';
import { type Site, urlOf } from '../site.ts';
import { parseKey } from './parse-key.ts';
import { tellReport } from './tell-report.ts';

interface Answer {
  erasure: Erasure;
  report?: ErasureReport;
}

const FIRST_PAUSE_MS = 200;
const LONGEST_PAUSE_MS = 5000;
/** The functions may be starting again. */
const PATIENCE_MS = 60_000;

export async function forget(options: ForgetOptions): Promise<void> {
  const { data, env, json, source, reason, dryRun = false } = options;
  const key = nameColumn(await readKey(options.key), options.column);
  const site = await findSite({ data, env });
  const url = urlOf(site, 'forget');
  const idToken = createIdTokens(site, accountOf(site, options.as));
  const call = async (body: object): Promise<Answer> => {
    const answer = await callJson<Answer>('POST', url, body, { token: await idToken(url) });
    if (!answer) throw new FailedError('the forget function gave no answer');
    return answer;
  };
  const { erasure } = await call({ action: 'begin', source, key, reason, dryRun });
  note(`${dryRun ? 'looking' : 'erasing'} as ${erasure.id}; it goes on whether or not anybody waits`);
  const report = await follow(() => call({ action: 'show', erasure: erasure.id }));
  if (json) printJson(report);
  else print(tellReport(report));
  if (report.outcome === 'incomplete' || report.outcome === 'failed') throw new ExitError(1);
}

async function follow(show: () => Promise<Answer>): Promise<ErasureReport> {
  let patience = Date.now() + PATIENCE_MS;
  for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(pause * 1.3, LONGEST_PAUSE_MS)) {
    await sleep(pause);
    try {
      const { report } = await show();
      if (report) return report;
      patience = Date.now() + PATIENCE_MS;
    } catch (error) {
      const mayPass = error instanceof UnreachableError || (error instanceof ServiceError && error.status >= 500);
      if (!mayPass || Date.now() > patience) throw error;
    }
  }
}

/** A command line stays in the shell's history; what is read from stdin does not. */
async function readKey(key: ForgetOptions['key']): Promise<Record<string, string>> {
  if (key[''] !== '-') return { ...key };
  const lines = (await text(process.stdin)).split('\n').filter((line) => line.trim() !== '');
  return lines.reduce<Record<string, string>>((all, line) => parseKey(line.replace(/\r$/, ''), all), {});
}

function nameColumn(key: Record<string, string>, column: string | undefined): Record<string, string> {
  if (column === undefined) return key;
  const { '': value, ...named } = key;
  if (value === undefined || Object.keys(named).length > 0)
    throw new UsageError('with --column, --key is the value alone: --column email --key ann@example.com');
  return { [column]: value };
}

function accountOf({ forgetters }: Site, as: string | undefined): string {
  const names = Object.keys(forgetters);
  if (names.length === 0)
    throw new UsageError(
      'nobody may have anybody forgotten here: the variable `forgetters` of infra/deploy says who may',
    );
  const account = names.length === 1 && as === undefined ? Object.values(forgetters)[0] : forgetters[as ?? ''];
  if (account === undefined)
    throw new UsageError(`--as must be one of ${names.join(', ')}: each is somebody's own account`);
  return account;
}

import { terminal } from './errors.ts';
import type { Body } from './http.ts';
import type { Ask } from './model/reidentification.ts';

const FIELDS: readonly (keyof Ask)[] = [
  'source',
  'columns',
  'tokens',
  'contexts',
  'run',
  'rows',
  'where',
  'reason',
  'ticket',
];

/** Throws BAD_REQUEST, which names the field and never its value. */
export function parseAsk({ raw, text, optional }: Body): Ask {
  const unknown = Object.keys(raw).length - FIELDS.filter((name) => Object.hasOwn(raw, name)).length;
  if (unknown > 0) throw terminal('BAD_REQUEST', `${unknown} fields are unknown; there are: ${FIELDS.join(', ')}`);
  const given = {
    source: text('source'),
    columns: optional.texts('columns') ?? [],
    tokens: listOf(raw, 'tokens', isToken, 'a list of tokens'),
    contexts: listOf(raw, 'contexts', isContext, 'a list of texts'),
    run: optional.text('run'),
    rows: listOf(raw, 'rows', isRow, 'a list of row numbers, from 1'),
    where: optional.body('where') && whereOf(optional.body('where')),
    reason: optional.text('reason'),
    ticket: optional.text('ticket'),
  };
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as unknown as Ask;
}

/** Longer than the token of any value that a name or an address has. */
const MAX_TOKEN = 16 * 1024;
const isToken = (value: unknown): value is string =>
  typeof value === 'string' && value !== '' && value.length <= MAX_TOKEN;
const isContext = (value: unknown): value is string => typeof value === 'string' && value.length <= MAX_TOKEN;
const isRow = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) > 0;

function listOf<T>(
  raw: Body['raw'],
  name: string,
  is: (value: unknown) => value is T,
  rule: string,
): readonly T[] | undefined {
  if (!Object.hasOwn(raw, name)) return undefined;
  const value = raw[name];
  if (Array.isArray(value) && value.every(is)) return value;
  throw terminal('BAD_REQUEST', `${name} must be ${rule}`);
}

const whereOf = (body: Body | undefined): Record<string, string> =>
  Object.fromEntries(Object.keys(body?.raw ?? {}).map((name) => [name, body?.text(name) ?? '']));

import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Column } from '../../functions/model/column.ts';
import { column, DROP, ndjson, protect, TOKENIZE } from './declarations.ts';
import { createWorkbench, type Workbench } from './workbench.ts';

/** Whatever nests in whatever: no canary gets past, all else is as it came, and nothing changes its place. */

let bench: Workbench;
beforeAll(async () => {
  bench = await createWorkbench();
});
afterAll(() => bench.close());

type Json = string | null | Json[] | { [name: string]: Json };

const CANARY = 'canary';
const PRIVACIES: Column['privacy'][] = [
  column('public').privacy,
  TOKENIZE,
  TOKENIZE,
  DROP,
  protect({ kind: 'redact' }),
  protect({ kind: 'tokenize', key: 'k', tweak: 'id' }),
  protect({ kind: 'tokenize', key: 'k' }, [{ column: 'id', op: 'in', values: ['hide'] }]),
  protect({ kind: 'replace', with: 'x' }, [{ column: 'id', op: 'in', values: ['hide'] }]),
];

const mode = fc.constantFrom<Column['mode']>('nullable', 'repeated');
const leaf = (name: string): fc.Arbitrary<Column> =>
  fc.tuple(mode, fc.constantFrom(...PRIVACIES)).map(([one, privacy]) => column(name, 'STRING', { mode: one, privacy }));
const kept = ({ privacy, fields }: Column): boolean => privacy.kind !== 'drop' && (!fields || fields.some(kept));

function tree(name: string, depth: number): fc.Arbitrary<Column> {
  if (depth === 0) return leaf(name);
  const fields = fc
    .integer({ min: 1, max: 3 })
    .chain((n) => fc.tuple(...Array.from({ length: n }, (_, at) => tree(`f${at}`, depth - 1))));
  const record = fc
    .tuple(mode, fields)
    .filter(([, inner]) => inner.some(kept))
    .map(([one, inner]) => column(name, 'RECORD', { mode: one, fields: inner }));
  return fc.oneof({ weight: 1, arbitrary: leaf(name) }, { weight: 3, arbitrary: record });
}

const isSecret = ({ privacy }: Column, id: string): boolean =>
  privacy.kind === 'drop' || (privacy.kind === 'transform' && (!privacy.when || id === 'hide'));

/** A value of a column and what must come of it; every value that must not pass holds the canary. */
type Pair = [given: Json, expected: Json];

function pairOf(one: Column, path: string, id: string): fc.Arbitrary<Pair> {
  if (one.mode === 'repeated') {
    const element = pairOf({ ...one, mode: 'nullable' }, path, id).filter(([given]) => given !== null);
    const list = fc.array(element, { maxLength: 4 });
    return fc
      .option(list)
      .map((pairs): Pair => [pairs?.map(([given]) => given) ?? null, pairs?.map(([, expected]) => expected) ?? null]);
  }
  if (one.type === 'RECORD') {
    const fields = one.fields ?? [];
    const values = fc.tuple(...fields.map((field) => pairOf(field, `${path}.${field.name}`, id)));
    return fc.option(values).map((pairs): Pair => {
      if (!pairs) return [null, null];
      const given = Object.fromEntries(fields.map(({ name }, at) => [name, pairs[at]?.[0] ?? null]));
      const left = fields
        .map((field, at) => ({ field, value: pairs[at]?.[1] ?? null }))
        .filter(({ field }) => kept(field));
      return [given, Object.fromEntries(left.map(({ field, value }) => [field.name, value]))];
    });
  }
  const text = fc.oneof(
    fc.string({ maxLength: 6 }),
    fc.string({ unit: 'binary', maxLength: 3 }),
    fc.constantFrom('', '[1]', '{}', 'null', "'"),
  );
  return fc.option(text).map((found): Pair => {
    if (found === null) return [null, null];
    const given = isSecret(one, id) && found !== '' ? `${CANARY}${found}` : found;
    return [given, outcome(one, path, id, given)];
  });
}

function outcome(one: Column, path: string, id: string, given: string): Json {
  const { privacy } = one;
  if (privacy.kind !== 'transform' || !isSecret(one, id)) return given;
  if (privacy.transform.kind === 'redact') return '';
  if (privacy.transform.kind === 'replace') return 'x';
  return given === '' ? '' : answer(given, path, 'tweak' in privacy.transform ? id : undefined);
}

const answer = (value: string, path: string, context = '-'): string =>
  `<${path}/${Buffer.from(context + value).toString('hex')}>`;

const trial = tree('v', 3)
  .filter(kept)
  .chain((one) => {
    const row = fc.constantFrom('hide', 'show').chain((id) => pairOf(one, 'v', id).map((pair) => ({ id, pair })));
    return fc.tuple(fc.constant(one), fc.array(row, { minLength: 1, maxLength: 5 }));
  });

test('of random documents no canary passes, all else is as it came, and lists keep their order', async () => {
  await fc.assert(
    fc.asyncProperty(trial, async ([one, rows]) => {
      const columns = [column('id'), one];
      const lines = rows.map(({ id, pair: [given] }) => `${JSON.stringify({ id, v: given })}\n`).join('');
      const { files, rejects } = await bench.load(Buffer.from(lines), ndjson(columns), { answer });
      expect(rejects).toEqual([]);
      // As JSON: the client that reads nested texts back takes a byte order mark off their start.
      const read = await bench.rows(
        'SELECT hex(to_json(v)) AS v FROM read_parquet({file}) ORDER BY _row_number',
        files[0],
      );
      const texts = read.map(({ v }) => (v === null ? 'null' : Buffer.from(String(v), 'hex').toString()));
      expect(texts.map((text) => JSON.parse(text) as Json)).toEqual(rows.map(({ pair: [, expected] }) => expected));
      expect(texts.join('\n')).not.toContain(CANARY);
    }),
    { numRuns: 25 },
  );
});

import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Column } from '../../functions/model/column.ts';
import { stringsOf } from '../../functions/model/texts.ts';
import { createPacker, INSPECT_LIMITS, TRANSFORM_LIMITS } from '../../functions/plan/pack.ts';
import { packKey, renderPack, transformationOf } from '../../functions/render/dlp.ts';
import { startWorkbench, type Workbench } from './workbench.ts';

/** What a shard keeps from DLP, values it has sent already and texts that hold nothing, must not show in what comes out. */

const COUNT = 300;
const LANDS = ['DE', 'FR', 'IT'];
const NOTES = ['please call back', 'mail ann@example.com or bob@example.org', 'was late', 'a@b is no address', ''];
const row = (n: number) => ({
  id: String(n + 1),
  land: LANDS[n % 3] ?? '',
  token: `person-${n % 40}`,
  fpe: `account-${n % 25}`,
  hash: `card-${n % 30}`,
  mask: `phone-${n % 20}`,
  note: NOTES[n % 5] ?? '',
  own: `canary-${n % 7} and ${n % 11}`,
  verbatim: 'x'.repeat(1 + (n % 9)),
  stored: 'y'.repeat(1 + (n % 4)),
});
const ROWS = Array.from({ length: COUNT }, (_, n) => row(n));
type Name = keyof (typeof ROWS)[number];

let bench: Workbench;
beforeAll(async () => {
  bench = await startWorkbench();
  const header = 'id,land,token,fpe,hash,mask,words,constant,nothing,gone,note,own,verbatim,stored,some,income';
  const lines = ROWS.map((one) =>
    [
      one.id,
      one.land,
      one.token,
      one.fpe,
      one.hash,
      one.mask,
      'w',
      'c',
      'n',
      'g',
      `"${one.note}"`,
      one.own,
      one.verbatim,
      one.stored,
      's',
      '7',
    ].join(','),
  );
  const entry = await bench.run('people/a.csv', `${header}\n${lines.join('\n')}\n`);
  if (entry.state !== 'LOADED' && entry.state !== 'DONE') throw new Error(JSON.stringify(entry.detail.reasons));
});
afterAll(() => bench?.stop());

/** Each value of each row, whether it was sent before or not, and whatever it holds. */
async function sendEverything(column: Column, contexts: string[] | undefined): Promise<string[]> {
  const transformation = transformationOf(column);
  if (!transformation) throw new Error(`${column.name} is not protected`);
  const packer = createPacker(packKey(transformation, column.name) === '' ? TRANSFORM_LIMITS : INSPECT_LIMITS);
  const values = ROWS.map((one) => one[column.name as Name]);
  const outputs: string[] = [];
  for (const pack of [...packer.add(column, values, contexts), ...packer.flush()]) {
    const { request, outputs: take } = renderPack(pack);
    for (const texts of take(await bench.ports.dlp.deidentify(request)))
      outputs.push(...stringsOf(texts).map((text) => text ?? ''));
  }
  return outputs;
}

test.each(['token', 'fpe', 'hash', 'mask', 'note', 'own', 'verbatim', 'stored'] as const)(
  'column %s comes out as if each value of each row had been sent',
  async (name) => {
    const column = bench.release.sources
      .find(({ id }) => id === 'flow.people')
      ?.columns.find((one) => one.name === name);
    if (!column) throw new Error(`flow.people has no column ${name}`);
    const everything = await sendEverything(column, name === 'token' ? ROWS.map(({ land }) => land) : undefined);
    const loaded = await bench.rows(`SELECT t.${name} AS v FROM flow.people AS t ORDER BY id`);
    expect(loaded.map(({ v }) => v ?? '')).toEqual(everything);
    expect(new Set(everything).size).toBeGreaterThan(1);
  },
);

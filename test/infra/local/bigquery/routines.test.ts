import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { call, run, startBigQuery, type Testbed } from './testbed.ts';

let bed: Testbed;
beforeAll(async () => {
  bed = await startBigQuery();
  expect(
    await run(
      bed,
      `CREATE SCHEMA shop;
      CREATE FUNCTION shop.plus(x INT64, y ANY TYPE) RETURNS INT64 AS (x + y /* sum */);
      CREATE PROCEDURE shop.note(IN a STRING, OUT b ARRAY<STRUCT<n INT64>>) BEGIN SET b = [STRUCT(1 AS n)]; END`,
    ),
  ).toEqual([]);
});
afterAll(() => bed.stop());

const INT64 = { typeKind: 'INT64' } as const;
const insert = (routineId: string, body: object) =>
  call(bed, 'POST', '/datasets/shop/routines', {
    routineReference: { projectId: 'local', datasetId: 'shop', routineId },
    routineType: 'SCALAR_FUNCTION',
    language: 'SQL',
    ...body,
  });

describe('routines', () => {
  test('are listed in pages', async () => {
    const first = await call<{ nextPageToken: string; routines: object[] }>(
      bed,
      'GET',
      '/datasets/shop/routines?maxResults=1',
    );
    expect(first.body.routines).toMatchObject([{ routineReference: { routineId: 'note' }, routineType: 'PROCEDURE' }]);
    const { body } = await call(bed, 'GET', `/datasets/shop/routines?pageToken=${first.body.nextPageToken}`);
    expect(body).toMatchObject({ routines: [{ routineReference: { routineId: 'plus' } }] });
    expect(body).not.toHaveProperty('nextPageToken');
  });

  test('tell their arguments, types and body', async () => {
    expect((await call(bed, 'GET', '/datasets/shop/routines/plus')).body).toMatchObject({
      routineType: 'SCALAR_FUNCTION',
      language: 'SQL',
      arguments: [
        { name: 'x', dataType: INT64 },
        { name: 'y', argumentKind: 'ANY_TYPE' },
      ],
      returnType: INT64,
      definitionBody: 'x + y /* sum */',
    });
    const element = { typeKind: 'STRUCT', structType: { fields: [{ name: 'n', type: INT64 }] } };
    expect((await call(bed, 'GET', '/datasets/shop/routines/note')).body).toMatchObject({
      arguments: [
        { name: 'a', mode: 'IN', dataType: { typeKind: 'STRING' } },
        { name: 'b', mode: 'OUT', dataType: { typeKind: 'ARRAY', arrayElementType: element } },
      ],
      definitionBody: 'BEGIN SET b = [STRUCT(1 AS n)]; END',
    });
  });

  test('are made, replaced and deleted by the client', async () => {
    const shop = bed.client.dataset('shop');
    await shop.createRoutine('twice', {
      routineType: 'SCALAR_FUNCTION',
      language: 'SQL',
      arguments: [{ name: 'x', dataType: INT64 }],
      definitionBody: 'x * 2 -- doubled',
    });
    const made = shop.routine('twice');
    expect(await run(bed, 'SELECT shop.twice(21)')).toEqual([['42']]);
    await made.setMetadata({ definitionBody: 'x * 3' });
    expect(await run(bed, 'SELECT shop.twice(2)')).toEqual([['6']]);
    await made.delete();
    expect(await made.exists()).toEqual([false]);
    expect(await run(bed, 'SELECT shop.twice(2)')).toMatch(/Function not found: shop.twice/i);
  });

  test.each([
    ['one that is there', 'plus', { definitionBody: '1' }, 409, /Already Exists: Routine local:shop.plus/],
    ['no body', 'x', {}, 400, /definitionBody/],
    ['Python', 'x', { language: 'PYTHON', definitionBody: 'return 1' }, 400, /routines in PYTHON/],
    ['an unknown kind', 'x', { routineType: 'MACRO', definitionBody: 'SELECT 1' }, 400, /routineType/],
    ['a second statement', 'x', { definitionBody: '1); DROP SCHEMA shop CASCADE; SELECT (1' }, 400, /one expression/],
    ['a broken body', 'x', { definitionBody: '1 +' }, 400, /Syntax error/],
    ['a hostile name', 'a`b', { definitionBody: '1' }, 400, /Invalid routine ID/],
    [
      'a hostile type',
      'x',
      { arguments: [{ name: 'a', dataType: { typeKind: 'INT64)' } }], definitionBody: '1' },
      400,
      /typeKind/,
    ],
  ])('refuse %s', async (_, id, body, status, message) => {
    const answer = await insert(id, body);
    expect([answer.status, JSON.stringify(answer.body)]).toEqual([status, expect.stringMatching(message)]);
    expect((await call(bed, 'GET', '/datasets/shop')).status).toBe(200);
  });

  test('that are missing answer 404', async () => {
    expect((await call(bed, 'GET', '/datasets/shop/routines/none')).status).toBe(404);
    expect((await call(bed, 'DELETE', '/datasets/shop/routines/none')).status).toBe(404);
    expect((await call(bed, 'GET', '/datasets/none/routines')).status).toBe(404);
  });
});

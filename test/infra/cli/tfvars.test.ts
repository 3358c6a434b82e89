import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import type { Release } from '../../../functions/model/release.ts';
import { type Declared, planDeclared } from '../../../infra/cli/tfvars.ts';
import { createWorkplace } from './sluice.ts';
import { TINY_PROJECT } from './tiny-project.ts';

const workplace = createWorkplace(TINY_PROJECT);
afterAll(() => workplace.close());

describe('sluice tfvars', () => {
  test('tells Terraform what the declarations ask for, the canary of a delivery among it', async () => {
    const { declared } = await workplace.json<{ declared: Declared }>('tfvars');
    expect(declared).toMatchObject({
      raw_prefixes: ['canary/', 'club/'],
      datasets: { canary: { sources: true, transforms: false }, club: { sources: true, transforms: true } },
      keys: ['pii'],
      expectations: {},
      schedules: { sweep: { cron: '30 * * * *', body: { only: 'sweep' } } },
    });
  });

  test('writes the same where Terraform looks for it', async () => {
    const { status, stdout } = await workplace.sluice('tfvars', '--out', 'declared.auto.tfvars.json');
    expect({ status, stdout }).toEqual({ status: 0, stdout: 'declared.auto.tfvars.json: canary, club\n' });
    const written = JSON.parse(readFileSync(join(workplace.dir, 'declared.auto.tfvars.json'), 'utf8')) as object;
    expect(written).toEqual(await workplace.json('tfvars'));
  });
});

describe('folders that the raw bucket tells of', () => {
  const prefixesOf = (...prefixes: string[]): string[] => {
    const sources = prefixes.map((prefix, n) => ({ id: `d.s${n}`, dataset: 'd', columns: [], files: { prefix } }));
    return planDeclared({ v: 1, id: 'r', sources, transforms: [] } as unknown as Release).raw_prefixes;
  };

  test.each([
    ['none are all', [], ['']],
    [
      'of one source its first folder, so that a misspelt one beside it is told of too',
      ['shop/orders/2026/'],
      ['shop/'],
    ],
    ['of several each once', ['shop/orders/', 'shop/customers/', 'club/'], ['club/', 'shop/']],
    ['without a folder the start of the name', ['orders-', 'shop/'], ['orders-', 'shop/']],
    ['what one holds the other need not', ['s', 'shop/'], ['s']],
    ['a pattern that may match anywhere is all', ['', 'shop/'], ['']],
    ['more than Cloud Storage takes are all', Array.from({ length: 11 }, (_, n) => `f${n}x/`), ['']],
  ])('%s', (_, prefixes, expected) => {
    expect(prefixesOf(...prefixes)).toEqual(expected);
  });
});

import { expect, test } from 'vitest';
import { renderSelection } from '../../functions/render/selection.ts';

test('what is looked for travels as parameters, and names are quoted', async () => {
  const query = { project: 'acme', table: 'shop.customers', columns: ['email', 'address.street'], limit: 101 };
  const jobs = {
    'rows of a run': renderSelection({ ...query, selection: { run: '7f3a', rows: [3, 17] } }),
    'rows by columns': renderSelection({
      ...query,
      selection: { where: { 'address.zip': "1' OR '1' = '1", 'a`b': 'x' } },
    }),
  };
  await expect(`${JSON.stringify(jobs, undefined, 2)}\n`).toMatchFileSnapshot('golden/selections.golden.json');
});

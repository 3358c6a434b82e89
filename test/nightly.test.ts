import { afterAll, beforeAll, expect, test } from 'vitest';
import { createNightly } from '../functions/nightly.ts';
import { startWorkbench, type Workbench } from './steps/workbench.ts';

const HOUR = 3_600_000;
let bench: Workbench;
beforeAll(async () => {
  bench = await startWorkbench();
});
afterAll(() => bench?.stop());

test('every hour tells of a source that is late, until its file has come', async () => {
  const [days] = bench.release.sources.filter(({ id }) => id === 'flow.days');
  if (!days) throw new Error('the trials have no source flow.days');
  await bench.publish({ ...bench.release, id: 'expecting', sources: [{ ...days, expect: { everySeconds: 86_400 } }] });
  const hourly = createNightly(bench.ports);
  const sweep = async (): Promise<unknown> => {
    bench.advance(HOUR);
    return hourly({ method: 'POST', headers: {}, body: { only: 'sweep' }, caller: 'scheduler@example.com' });
  };
  expect(await sweep()).toMatchObject({ claimed: 0, late: ['flow.days'] });
  expect(await sweep()).toMatchObject({ late: ['flow.days'] });
  await bench.run('days/at-last.csv', 'day,amount,email\n2026-01-09,1,x\n');
  expect(await sweep()).toMatchObject({ late: [] });
});

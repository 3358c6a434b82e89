import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { makeDatasets } from '../infra/local/bigquery/case-datasets.ts';
import { startBigQuery, type Testbed } from '../infra/local/bigquery/testbed.ts';
import { startDlp } from '../infra/local/dlp/dlp-server.ts';
import { hasShared, sharedPath } from './shared-data.ts';

/** Prints what third-party cases come to against the local BigQuery and DLP; `npm test` holds the same figures. */
async function print(title: string, scorer: string, url: string): Promise<void> {
  const args = [sharedPath(`cases/${scorer}`), '--endpoint', url];
  const { stdout } = await promisify(execFile)(process.execPath, args, { maxBuffer: 64 * 1024 * 1024 });
  console.log(`${title}\n${stdout.trim().replaceAll(/^/gm, '  ')}\n`);
}

async function onWarehouse(act: (bed: Testbed) => Promise<void>): Promise<void> {
  const bed = await startBigQuery();
  await act(bed).finally(() => bed.stop());
}

if (hasShared('cases')) {
  await onWarehouse((bed) => print('GoogleSQL, nothing there', 'score-googlesql.mjs', bed.url));
  await onWarehouse(async (bed) => {
    // 19 cases create tables in datasets that none of them makes: BigQuery answers Not found, and so does this.
    await makeDatasets(bed);
    await print('GoogleSQL, with the datasets that cases take for granted', 'score-googlesql.mjs', bed.url);
  });
  const dlp = await startDlp();
  try {
    await print('Cloud DLP’s documented situations', 'score-dlp.mjs', dlp.url);
    await print('Labelled texts', 'score-pii.mjs', dlp.url);
  } finally {
    await dlp.close();
  }
} else {
  process.exitCode = 1;
}

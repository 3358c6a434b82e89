import { rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { createWarehouse } from '../../functions/gcp/bigquery.ts';
import { warehouseContract } from '../contract/warehouse.ts';
import { PROJECT, startLocal } from './local.ts';

warehouseContract('BigQuery', async () => {
  const local = await startLocal();
  const bucket = await local.createBucket('acme-curated');
  const instance = await DuckDBInstance.create(':memory:');
  const duckdb = await instance.connect();
  return {
    warehouse: createWarehouse({ project: PROJECT, location: 'US', endpoint: local.http('bigquery') }),
    async putParquet(name, sql) {
      const path = join(tmpdir(), `contract-${process.pid}-${name}.parquet`);
      await duckdb.run(`COPY (${sql}) TO '${path}' (FORMAT parquet)`);
      const url = `${local.http('storage')}/upload/storage/v1/b/${bucket}/o?uploadType=media&name=${name}`;
      await fetch(url, { method: 'POST', body: await readFile(path) });
      rmSync(path);
      return `gs://${bucket}/${name}`;
    },
    async stop() {
      duckdb.closeSync();
      instance.closeSync();
      await local.stop();
    },
  };
});

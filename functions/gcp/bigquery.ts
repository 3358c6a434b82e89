import { BigQuery } from '@google-cloud/bigquery';
import { PassThroughClient } from 'google-auth-library';
import { retryable, type SluiceError, terminal } from '../errors.ts';
import type { JobInfo, TableInfo, Warehouse } from '../ports.ts';
import { isTransient } from './transient.ts';

export interface WarehouseOptions {
  project: string;
  location: string;
  endpoint?: string;
}

/** Reasons after which a new attempt may succeed. Source: cloud.google.com/bigquery/docs/error-messages. */
const RETRYABLE_REASONS = new Set([
  'backendError',
  'internalError',
  'rateLimitExceeded',
  'jobRateLimitExceeded',
  'quotaExceeded',
  'jobBackendError',
  'jobInternalError',
  'tableUnavailable',
  'timeout',
  'stopped',
]);
const ABORTED = /aborted due to concurrent update|could not serialize access/i;

export function createWarehouse({ project, location, endpoint }: WarehouseOptions): Warehouse {
  const client = new BigQuery({
    projectId: project,
    location,
    // A loopback endpoint asks for no credentials, and looking for some would leave the machine.
    ...(endpoint && { apiEndpoint: endpoint, authClient: new PassThroughClient() as never }),
  });
  const tableOf = (id: string) => {
    const [dataset = '', name = ''] = id.split('.');
    return client.dataset(dataset).table(name);
  };

  return {
    project,
    location,

    // Looked for first: in the cloud the datasets are there, and nobody needs the right to make one.
    async ensureDataset(dataset) {
      const [exists] = await client
        .dataset(dataset)
        .exists()
        .catch((error) => {
          throw warehouseError(`look for dataset ${dataset}`, error);
        });
      if (exists) return;
      await client.createDataset(dataset, { location }).catch((error) => {
        if (status(error) !== 409) throw warehouseError(`create dataset ${dataset}`, error);
      });
    },

    async table(id) {
      try {
        const [metadata] = await tableOf(id).getMetadata();
        return {
          schema: metadata.schema ?? { fields: [] },
          type: String(metadata.type),
          labels: metadata.labels ?? {},
          rows: Number(metadata.numRows ?? 0),
          bytes: Number(metadata.numBytes ?? 0),
          ...originOf(metadata),
        } as TableInfo;
      } catch (error) {
        if (status(error) === 404) return undefined;
        throw warehouseError(`read table ${id}`, error);
      }
    },

    async createTable(id, resource) {
      const [dataset = '', name = ''] = id.split('.');
      try {
        await client.dataset(dataset).createTable(name, resource);
        return 'created';
      } catch (error) {
        if (status(error) === 409) return 'exists';
        throw warehouseError(`create table ${id}`, error);
      }
    },

    async patchTable(id, resource) {
      await tableOf(id)
        .setMetadata(resource)
        .catch((error) => {
          throw warehouseError(`change table ${id}`, error);
        });
    },

    async dropTable(id) {
      await tableOf(id)
        .delete({ ignoreNotFound: true })
        .catch((error) => {
          throw warehouseError(`drop table ${id}`, error);
        });
    },

    async tables(dataset) {
      try {
        const [tables] = await client.dataset(dataset).getTables();
        return tables.map(({ id }) => String(id));
      } catch (error) {
        if (status(error) === 404) return [];
        throw warehouseError(`list the tables of ${dataset}`, error);
      }
    },

    async timeTravelHours(dataset) {
      try {
        const [metadata] = await client.dataset(dataset).getMetadata();
        return Number(metadata.maxTimeTravelHours ?? TIME_TRAVEL_HOURS);
      } catch (error) {
        if (status(error) === 404) return undefined;
        throw warehouseError(`read dataset ${dataset}`, error);
      }
    },

    async startJob(jobId, configuration) {
      try {
        await client.createJob({ configuration, jobId, location });
        return 'started';
      } catch (error) {
        // The client reports the 409 of an id that is taken, which by its making can only be by us.
        if (status(error) === 409) return 'exists';
        // It does the same for a job that was made and has failed already: who follows it reads why.
        if (jobOf(error) === jobId) return 'started';
        throw warehouseError('start a job', error);
      }
    },

    async job(jobId) {
      try {
        const [metadata] = await client.job(jobId, { location }).getMetadata();
        return jobInfo(metadata);
      } catch (error) {
        if (status(error) === 404) return undefined;
        throw warehouseError('read a job', error);
      }
    },

    async rows(jobId) {
      try {
        const [rows] = await client
          .job(jobId, { location })
          .getQueryResults({ autoPaginate: true, wrapIntegers: true });
        return rows.map((row) =>
          Object.fromEntries(
            Object.entries(row as object).map(([name, value]) => [
              name,
              value === null ? null : String((value as { value?: unknown }).value ?? value),
            ]),
          ),
        );
      } catch (error) {
        throw warehouseError('read a result', error);
      }
    },
  };
}

/** Of a dataset that says nothing. Source: cloud.google.com/bigquery/docs/time-travel. */
const TIME_TRAVEL_HOURS = 168;

interface ApiOrigin {
  snapshotDefinition?: { baseTableReference?: { datasetId?: string; tableId?: string } };
  cloneDefinition?: { baseTableReference?: { datasetId?: string; tableId?: string } };
  expirationTime?: string;
}

function originOf({ snapshotDefinition, cloneDefinition, expirationTime }: ApiOrigin): Partial<TableInfo> {
  const base = (snapshotDefinition ?? cloneDefinition)?.baseTableReference;
  return {
    ...(base && { base: `${base.datasetId}.${base.tableId}` }),
    ...(expirationTime && { expiresAt: new Date(Number(expirationTime)).toISOString() }),
  };
}

interface ApiJob {
  status?: { state?: string; errorResult?: { reason?: string; location?: string; message?: string } };
  statistics?: {
    query?: { totalBytesBilled?: string; numDmlAffectedRows?: string };
    load?: { outputRows?: string };
  };
}

function jobInfo({ status: state, statistics }: ApiJob): JobInfo {
  const failure = state?.errorResult;
  return {
    state: (state?.state ?? 'PENDING') as JobInfo['state'],
    ...(failure && {
      error: {
        reason: failure.reason ?? 'unknown',
        ...(failure.location && { location: failure.location }),
        retryable: RETRYABLE_REASONS.has(failure.reason ?? '') || ABORTED.test(failure.message ?? ''),
      },
    }),
    rows: Number(statistics?.load?.outputRows ?? statistics?.query?.numDmlAffectedRows ?? 0),
    bytesBilled: Number(statistics?.query?.totalBytesBilled ?? 0),
  };
}

const status = (error: unknown): number => Number((error as { code?: unknown }).code ?? 0);
const jobOf = (error: unknown): string | undefined =>
  (error as { response?: { jobReference?: { jobId?: string } } }).response?.jobReference?.jobId;

function warehouseError(what: string, error: unknown): SluiceError {
  const reason = (error as { errors?: { reason?: string }[] }).errors?.[0]?.reason ?? '';
  const details = { status: status(error) || 0, reason };
  const fail = isTransient(error) || RETRYABLE_REASONS.has(reason) ? retryable : terminal;
  return fail('WAREHOUSE_FAILED', `BigQuery did not ${what} (${details.status}${reason && ` ${reason}`})`, {
    cause: error,
    details,
  });
}

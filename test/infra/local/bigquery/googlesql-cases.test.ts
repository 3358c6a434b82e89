import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { hasShared, sharedPath } from '../../../cases/shared-data.ts';
import { makeDatasets } from './case-datasets.ts';
import { startBigQuery, type Testbed } from './testbed.ts';

const present = hasShared('cases/score-googlesql.mjs');

/** Rows that differ from the case's, and why they stay as they are. */
const DIFFERENT: Record<string, string> = {
  'window dense_rank with group': 'the case reads its literals in Los Angeles; BigQuery’s default time zone is UTC',
  'googlesql/functions/array/array_zip :: upstream example 2':
    'the case wants an array of structs as a debugger prints it, names behind values; the rows are the same',
  'googlesql/functions/datetime/datetime :: construct datetime':
    'the case wants a T in CAST(DATETIME AS STRING); BigQuery writes a space',
  'googlesql/functions/datetime/datetime_trunc :: trunc to hour': 'as above',
  'googlesql/functions/datetime/parse_datetime :: ISO datetime': 'as above',
  'googlesql/functions/range/range :: upstream example 2':
    'the case wants bounds as CAST writes them; in BigQuery’s answers a DATETIME has a T',
  'googlesql/functions/range/range :: upstream example 3': 'as above, and a TIMESTAMP is microseconds or seconds',
  'bigquery/functions/search/search :: NULL data is treated as no tokens':
    'the case wants false; BigQuery documents NULL where no text has the terms and one is NULL',
};

/** Cases that end in an error, and why. Exotic families are refused by name: their list is sql/analyze/calls.ts. */
const REFUSED: Record<string, string> = {
  array_concat_agg: 'the result is an array with a NULL in it, which BigQuery cannot write into a result',
  'approx_quantiles with null': 'as above',
  'join nested with': 'two columns of the result are both called id, which BigQuery refuses',
  'googlesql/syntax/query/parameters :: mixed positional and named with two positional after the named':
    'the request has no value for @a, and BigQuery allows only one kind of parameters in a query',
  'googlesql/syntax/script/begin_end :: BEGIN / COMMIT brackets a transaction':
    'BEGIN and COMMIT are two requests without a session: BigQuery rolls the first back and finds no transaction in the second',
  'googlesql/syntax/dml/merge :: MERGE on a non-equality ON predicate':
    'the dataset still holds another case’s rows, so that a target row matches two source rows',
  'googlesql/functions/string/split_substr :: take first part':
    'SPLIT_SUBSTR is not BigQuery’s, and without a count its documentation and the case disagree',
  'googlesql/functions/string/split_substr :: take last part with negative index': 'as above',
  'googlesql/functions/hash/highway_fingerprint128 :: distinct outputs for distinct inputs': 'not BigQuery’s',
  'googlesql/functions/range/range_sessionize :: upstream example 2':
    'the case makes a table anew that the example before it has made',
  'googlesql/functions/range/range_sessionize :: upstream example 3': 'as above',
  'bigquery/functions/search/search :: json_scope JSON_KEYS scans keys only':
    'the case gives the analyzer and the scope by position; in BigQuery they are named arguments',
  'bigquery/functions/text_analysis/text_analyze :: NO_OP_ANALYZER preserves the entire input verbatim': 'as above',
  'googlesql/syntax/io/export_data :: EXPORT DATA OPTIONS(...) AS SELECT writes to the URI and yields no rows':
    'the case writes to mem://; BigQuery exports to gs:// alone',
  'googlesql/syntax/io/load_data :: LOAD DATA INTO ... FROM FILES (...) executes as a no-op':
    'the case loads a file of a bucket that does not exist, which fails',
  'googlesql/types/struct :: struct cast int64 double': 'the types DOUBLE and INT32 are not BigQuery’s',
  'bigquery/functions/aggregate/agg :: AGG over a SUM measure returns the underlying aggregate':
    'property graphs are not supported',
};

/** What was reached; a change may only raise it. */
const RIGHT = 663;

let bed: Testbed;
beforeAll(async () => {
  bed = await startBigQuery();
});
afterAll(() => bed.stop());

test.runIf(present)(
  'as many GoogleSQL cases as before are right, and what else they come to is known and argued',
  async () => {
    await makeDatasets(bed);
    const { stdout } = await promisify(execFile)(
      process.execPath,
      [sharedPath('cases/score-googlesql.mjs'), '--endpoint', bed.url, '--list', 'wrong,error-missed,error', '--json'],
      { maxBuffer: 64 * 1024 * 1024 },
    );
    const lines = stdout.trim().split('\n');
    const score = JSON.parse(lines.pop() ?? '{}') as { core: { right: number }; right: number };
    const named = (verdict: RegExp) =>
      lines.map((line) => line.split('\t')).flatMap(([got, ...rest]) => (verdict.test(got ?? '') ? [rest] : []));
    const different = named(/^(wrong|error-missed)$/).map((parts) => parts.find((part) => part !== 'exotic'));
    expect(different.filter((name) => !Object.hasOwn(DIFFERENT, name ?? ''))).toEqual([]);
    const errors = named(/^error$/);
    const core = errors.filter(([first]) => first !== 'exotic').map(([name]) => name);
    expect(core.filter((name) => !Object.hasOwn(REFUSED, name ?? ''))).toEqual([]);
    const exotic = errors.filter(
      ([first, name, message]) =>
        first === 'exotic' &&
        !Object.hasOwn(REFUSED, name ?? '') &&
        !/not supported by the embedded warehouse/.test(message ?? ''),
    );
    expect(exotic).toEqual([]);
    expect(score.core.right).toBeGreaterThanOrEqual(RIGHT);
    expect(score.right).toBeGreaterThanOrEqual(0.96);
  },
  120_000,
);

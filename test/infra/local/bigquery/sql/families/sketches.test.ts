import { testFamilies } from './family.ts';

const invalid = (message: string) => `invalidQuery: ${message}`;
const refused = (construct: string) => invalid(`not supported by the embedded warehouse: ${construct}`);

/** The invoices of BigQuery's documentation. */
const INVOICES = `SELECT * FROM UNNEST(ARRAY<STRUCT<country STRING, customer_id STRING, invoice_id STRING>>[
  ('UA', 'customer_id_1', 'invoice_id_11'), ('BR', 'customer_id_3', 'invoice_id_31'), ('CZ', 'customer_id_2', 'invoice_id_22'),
  ('CZ', 'customer_id_2', 'invoice_id_23'), ('BR', 'customer_id_3', 'invoice_id_31'), ('UA', 'customer_id_2', 'invoice_id_24')])`;
const numbers = (last: number) => `FROM UNNEST(GENERATE_ARRAY(1, ${last})) AS x`;
const biased =
  'HLL_COUNT estimates that BigQuery corrects by tables of their bias (precisions up to 18, for about 0.6 to 6 times 2^precision values); precisions 19 and 20 need none';

testFamilies({
  'HLL_COUNT: the documented sketches, byte by byte': [
    // The documentation has BR's with one value, of two rows.
    [
      `SELECT country, HLL_COUNT.INIT(customer_id, 10) = CASE country
         WHEN 'UA' THEN b'\\010p\\020\\002\\030\\002 \\013\\202\\007\\r\\020\\002\\030\\n \\0172\\005\\371\\344\\001\\315\\010'
         WHEN 'CZ' THEN b'\\010p\\020\\002\\030\\002 \\013\\202\\007\\013\\020\\001\\030\\n \\0172\\003\\371\\344\\001'
         WHEN 'BR' THEN b'\\010p\\020\\001\\030\\002 \\013\\202\\007\\013\\020\\001\\030\\n \\0172\\003\\202\\341\\001' END
       FROM (SELECT DISTINCT * FROM (${INVOICES})) GROUP BY country ORDER BY country`,
      [
        ['BR', 'true'],
        ['CZ', 'true'],
        ['UA', 'true'],
      ],
    ],
    [
      `SELECT HLL_COUNT.MERGE_PARTIAL(sketch) = b'\\010p\\020\\006\\030\\002 \\013\\202\\007\\020\\020\\003\\030\\017 \\0242\\010\\320\\2408\\352}\\244\\223\\002', HLL_COUNT.MERGE(sketch)
       FROM (SELECT HLL_COUNT.INIT(customer_id) AS sketch FROM (${INVOICES}) GROUP BY country)`,
      [['true', '3']],
    ],
    [
      `SELECT country, HLL_COUNT.EXTRACT(HLL_COUNT.INIT(customer_id)) FROM (${INVOICES}) GROUP BY country ORDER BY country`,
      [
        ['BR', '1'],
        ['CZ', '1'],
        ['UA', '2'],
      ],
    ],
  ],
  'HLL_COUNT: a sketch made elsewhere': [
    [
      `SELECT HLL_COUNT.EXTRACT(b'\\010p\\020\\002\\030\\002 \\013\\202\\007\\r\\020\\002\\030\\n \\0172\\005\\371\\344\\001\\315\\010')`,
      [['2']],
    ],
  ],
  'HLL_COUNT: NULL, nothing, types': [
    [
      `SELECT HLL_COUNT.INIT(x), HLL_COUNT.MERGE(s), HLL_COUNT.MERGE_PARTIAL(s), HLL_COUNT.EXTRACT(NULL)
       FROM UNNEST([STRUCT(CAST(NULL AS INT64) AS x, CAST(NULL AS BYTES) AS s)])`,
      [[null, '0', null, '0']],
    ],
    [
      `SELECT HLL_COUNT.INIT('é') = HLL_COUNT.INIT(b'\\xc3\\xa9'), HLL_COUNT.INIT(1) = HLL_COUNT.INIT('1')`,
      [['true', 'false']],
    ],
    [
      `SELECT HLL_COUNT.MERGE(s) FROM UNNEST([(SELECT HLL_COUNT.INIT(1)), (SELECT HLL_COUNT.INIT('1'))]) AS s`,
      invalid('Invalid or incompatible sketch in HLL_COUNT.MERGE'),
    ],
    [`SELECT HLL_COUNT.EXTRACT(b'abc')`, invalid('Invalid or incompatible sketch in HLL_COUNT.EXTRACT')],
    [
      `SELECT HLL_COUNT.INIT(1, 9)`,
      invalid('The precision argument of HLL_COUNT.INIT must be a literal from 10 to 24 at [1:8]'),
    ],
    [`SELECT HLL_COUNT.INIT(1, 21)`, refused('HLL_COUNT.INIT with a precision above 20 at [1:8]')],
    [`SELECT HLL_COUNT.INIT(NUMERIC '1')`, refused('HLL_COUNT.INIT of NUMERIC at [1:8]')],
    [
      `SELECT HLL_COUNT.INIT(1.5)`,
      invalid('No matching signature for aggregate function HLL_COUNT.INIT for argument types: FLOAT64 at [1:8]'),
    ],
  ],
  'HLL_COUNT: many values': [
    // Sparse; registers with empty ones; registers' runs; the registers of a high precision.
    [
      `SELECT HLL_COUNT.EXTRACT(HLL_COUNT.INIT(x)), HLL_COUNT.EXTRACT(HLL_COUNT.INIT(x, 11)), HLL_COUNT.EXTRACT(HLL_COUNT.INIT(x, 20)) ${numbers(15000)}`,
      [['14995', '15611', '15001']],
    ],
    [
      `SELECT HLL_COUNT.EXTRACT(HLL_COUNT.INIT(x, 10)), BYTE_LENGTH(HLL_COUNT.INIT(x, 10)) ${numbers(860)}`,
      [['893', '1044']],
    ],
    [`SELECT HLL_COUNT.EXTRACT(HLL_COUNT.INIT(x, 10)) ${numbers(3000)}`, refused(biased)],
    // Whatever the order and the precisions, a merge is the sketch of all values under the lowest precision.
    ...[400, 3000, 15000].map((last): [string, string[][]] => [
      `SELECT (SELECT HLL_COUNT.MERGE_PARTIAL(s) FROM UNNEST([low, high]) AS s) = whole,
         (SELECT HLL_COUNT.MERGE_PARTIAL(s) FROM UNNEST([high, low, NULL]) AS s) = whole
       FROM (SELECT HLL_COUNT.INIT(x, 11) AS whole, HLL_COUNT.INIT(IF(x > ${last / 2}, x, NULL), 15) AS high,
         HLL_COUNT.INIT(IF(x > ${last / 2}, NULL, x), 11) AS low ${numbers(last)})`,
      [['true', 'true']],
    ]),
  ],
});

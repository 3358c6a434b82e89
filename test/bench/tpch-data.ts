/** One of TPC-H's tables: its columns as GoogleSQL declares them, and DuckDB's query that makes its rows. */
interface Table {
  name: string;
  columns: string;
  rows(scale: number): string;
}

const pick = (words: readonly string[], seed: string) =>
  `(CAST([${words.map((word) => `'${word}'`).join(', ')}] AS VARCHAR[]))[CAST(hash(i, ${seed}) % ${words.length} AS BIGINT) + 1]`;
const below = (n: number | string, seed: string) => `CAST(hash(i, ${seed}) % ${n} AS BIGINT)`;
const money = (most: number, seed: string) => `CAST(${below(most * 100, seed)} AS DECIMAL(18, 2)) / 100`;
const day = (seed: string) => `DATE '1992-01-01' + CAST(${below(2405, seed)} AS INTEGER)`;
const count = (n: number, scale: number) => Math.max(1, Math.round(n * scale));

const NATIONS =
  'ALGERIA ARGENTINA BRAZIL CANADA EGYPT ETHIOPIA FRANCE GERMANY INDIA INDONESIA IRAN IRAQ JAPAN JORDAN KENYA MOROCCO MOZAMBIQUE PERU CHINA ROMANIA SAUDI_ARABIA VIETNAM RUSSIA UNITED_KINGDOM UNITED_STATES'.split(
    ' ',
  );
const REGION_OF = [0, 1, 1, 1, 4, 0, 3, 3, 2, 2, 4, 4, 2, 4, 0, 0, 0, 1, 2, 3, 4, 2, 3, 3, 1];
const REGIONS = ['AFRICA', 'AMERICA', 'ASIA', 'EUROPE', 'MIDDLE EAST'];
const TYPES = ['STANDARD', 'SMALL', 'MEDIUM', 'LARGE', 'ECONOMY', 'PROMO'];
const FINISHES = ['ANODIZED', 'BURNISHED', 'PLATED', 'POLISHED', 'BRUSHED'];
const METALS = ['TIN', 'NICKEL', 'BRASS', 'STEEL', 'COPPER'];
const COLOURS = ['green', 'forest', 'red', 'blue', 'almond', 'azure', 'beige', 'coral', 'ivory', 'khaki'];

/**
 * The eight tables with as many rows as TPC-H has at a scale, keys that join and values of the same spread. The text is
 * not dbgen's: both sides of the comparison read the same rows.
 */
export const TPCH_TABLES: readonly Table[] = [
  {
    name: 'region',
    columns: 'r_regionkey INT64, r_name STRING, r_comment STRING',
    rows: () => `SELECT i, ([${REGIONS.map((one) => `'${one}'`).join(', ')}])[i + 1], 'region' FROM range(5) AS t(i)`,
  },
  {
    name: 'nation',
    columns: 'n_nationkey INT64, n_name STRING, n_regionkey INT64, n_comment STRING',
    rows: () =>
      `SELECT i, replace(([${NATIONS.map((one) => `'${one}'`).join(', ')}])[i + 1], '_', ' '), ([${REGION_OF.join(', ')}])[i + 1], 'nation' FROM range(25) AS t(i)`,
  },
  {
    name: 'supplier',
    columns:
      's_suppkey INT64, s_name STRING, s_address STRING, s_nationkey INT64, s_phone STRING, s_acctbal NUMERIC, s_comment STRING',
    rows: (scale) =>
      `SELECT i + 1, 'Supplier#' || lpad(CAST(i + 1 AS VARCHAR), 9, '0'), 'address ' || i, ${below(25, '1')}, CAST(10 + ${below(25, '1')} AS VARCHAR) || '-555-' || i, ${money(9999, '2')}, CASE WHEN i % 97 = 0 THEN 'Customer has Complaints' ELSE 'quick deposits' END FROM range(${count(10_000, scale)}) AS t(i)`,
  },
  {
    name: 'part',
    columns:
      'p_partkey INT64, p_name STRING, p_mfgr STRING, p_brand STRING, p_type STRING, p_size INT64, p_container STRING, p_retailprice NUMERIC, p_comment STRING',
    rows: (scale) =>
      `SELECT i + 1, ${pick(COLOURS, '1')} || ' ' || ${pick(COLOURS, '2')}, 'Manufacturer#' || (1 + ${below(5, '3')}), 'Brand#' || (1 + ${below(5, '3')}) || (1 + ${below(5, '4')}), ${pick(TYPES, '5')} || ' ' || ${pick(FINISHES, '6')} || ' ' || ${pick(METALS, '7')}, 1 + ${below(50, '8')}, ${pick(['SM', 'LG', 'MED', 'JUMBO', 'WRAP'], '9')} || ' ' || ${pick(['CASE', 'BOX', 'BAG', 'JAR', 'PKG', 'PACK', 'CAN', 'DRUM'], '10')}, ${money(2000, '11')}, 'part' FROM range(${count(200_000, scale)}) AS t(i)`,
  },
  {
    name: 'partsupp',
    columns: 'ps_partkey INT64, ps_suppkey INT64, ps_availqty INT64, ps_supplycost NUMERIC, ps_comment STRING',
    rows: (scale) =>
      `SELECT i // 4 + 1, (i // 4 + (i % 4) * ${Math.max(1, Math.floor(count(10_000, scale) / 4))}) % ${count(10_000, scale)} + 1, 1 + ${below(9999, '1')}, ${money(1000, '2')}, 'partsupp' FROM range(${count(200_000, scale) * 4}) AS t(i)`,
  },
  {
    name: 'customer',
    columns:
      'c_custkey INT64, c_name STRING, c_address STRING, c_nationkey INT64, c_phone STRING, c_acctbal NUMERIC, c_mktsegment STRING, c_comment STRING',
    rows: (scale) =>
      `SELECT i + 1, 'Customer#' || lpad(CAST(i + 1 AS VARCHAR), 9, '0'), 'address ' || i, ${below(25, '1')}, CAST(10 + ${below(25, '1')} AS VARCHAR) || '-555-' || i, ${money(9999, '2')} - 999, ${pick(['AUTOMOBILE', 'BUILDING', 'FURNITURE', 'MACHINERY', 'HOUSEHOLD'], '3')}, 'customer' FROM range(${count(150_000, scale)}) AS t(i)`,
  },
  {
    name: 'orders',
    columns:
      'o_orderkey INT64, o_custkey INT64, o_orderstatus STRING, o_totalprice NUMERIC, o_orderdate DATE, o_orderpriority STRING, o_clerk STRING, o_shippriority INT64, o_comment STRING',
    rows: (scale) =>
      `SELECT i + 1, 1 + ${below(`${Math.max(1, Math.floor(count(150_000, scale) * 0.66))}`, '1')}, ${pick(['F', 'O', 'P'], '2')}, ${money(400_000, '3')}, ${day('4')}, ${pick(['1-URGENT', '2-HIGH', '3-MEDIUM', '4-NOT SPECIFIED', '5-LOW'], '5')}, 'Clerk', 0, CASE WHEN i % 50 = 0 THEN 'special packages requests' ELSE 'pending accounts' END FROM range(${count(1_500_000, scale)}) AS t(i)`,
  },
  {
    name: 'lineitem',
    columns:
      'l_orderkey INT64, l_partkey INT64, l_suppkey INT64, l_linenumber INT64, l_quantity NUMERIC, l_extendedprice NUMERIC, l_discount NUMERIC, l_tax NUMERIC, l_returnflag STRING, l_linestatus STRING, l_shipdate DATE, l_commitdate DATE, l_receiptdate DATE, l_shipinstruct STRING, l_shipmode STRING, l_comment STRING',
    rows: (scale) =>
      `SELECT i // 4 + 1, 1 + ${below(count(200_000, scale), '1')}, 1 + (${below(count(200_000, scale), '1')} + (i % 4) * ${Math.max(1, Math.floor(count(10_000, scale) / 4))}) % ${count(10_000, scale)}, i % 4 + 1, 1 + ${below(50, '2')}, ${money(100_000, '3')}, CAST(${below(11, '4')} AS DECIMAL(18, 2)) / 100, CAST(${below(9, '5')} AS DECIMAL(18, 2)) / 100, ${pick(['R', 'A', 'N'], '6')}, ${pick(['O', 'F'], '7')}, d + 1 + CAST(${below(120, '8')} AS INTEGER), d + 30 + CAST(${below(60, '9')} AS INTEGER), d + 5 + CAST(${below(140, '10')} AS INTEGER), ${pick(['DELIVER IN PERSON', 'COLLECT COD', 'NONE', 'TAKE BACK RETURN'], '11')}, ${pick(['AIR', 'AIR REG', 'MAIL', 'SHIP', 'TRUCK', 'RAIL', 'FOB'], '12')}, 'line' FROM (SELECT i, DATE '1992-01-01' + CAST(hash(i // 4, 4) % 2405 AS INTEGER) AS d FROM range(${count(6_000_000, scale)}) AS t(i)) AS lines`,
  },
];

/** A small table that shows what matters: NULLs, a repeated column, a nested one. */
export const ORDERS = `CREATE SCHEMA shop;
     CREATE TABLE shop.orders (id INT64, customer STRING, amount NUMERIC, ts TIMESTAMP, day DATE, tags ARRAY<STRING>, item STRUCT<sku STRING, n INT64>);
     INSERT shop.orders VALUES
       (1, 'ann', 10.5, '2026-01-01 10:00:00+00', '2026-01-01', ['a','b'], STRUCT('x', 1)),
       (2, 'bob', 20, '2026-01-02 11:30:00+00', '2026-01-02', [], STRUCT('y', 2)),
       (3, 'ann', NULL, '2026-01-31 23:59:59.5+00', '2026-01-31', ['c'], NULL),
       (4, NULL, 7.25, NULL, NULL, NULL, STRUCT('z', NULL))`;

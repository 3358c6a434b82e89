import { statSync } from 'node:fs';
import { DuckDBInstance } from '@duckdb/node-api';

/** Bytes a row of the benchmark's file takes, on average. */
const ROW_BYTES = 253;

/**
 * A CSV of about `bytes`: orders of 220,000 customers, so that personal values repeat as they do in real files. Nothing is
 * random: every value is a hash of its row's number.
 */
export async function generateOrders(path: string, bytes: number): Promise<{ rows: number; bytes: number }> {
  const rows = Math.round(bytes / ROW_BYTES);
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  await connection.run(`
    COPY (
      SELECT
        n AS order_id,
        'customer' || c || '@example' || (c % 97) || '.com' AS email,
        '+1' || (2000000000 + c * 31337 % 7999999999) AS phone,
        ['Ada', 'Grace', 'Linus', 'Alan', 'Edsger', 'Barbara', 'Donald', 'Tony', 'John', 'Margaret'][1 + c % 10] || ' ' || chr((65 + c // 10 % 26)::INT) || 'son' || (c % 22000) AS full_name,
        (4000000000000000 + c * 104729)::VARCHAR AS card,
        DATE '1940-01-01' + (c % 22000)::INT AS birthday,
        'Order was ' || ['late', 'broken', 'fine', 'lovely', 'wrong colour'][1 + h % 5] || '; please ' || ['call', 'mail', 'refund', 'replace', 'ignore'][1 + h // 5 % 5]
          || ' me at ' || ['the desk', 'the shop', 'home', 'work', 'the door'][1 + h // 25 % 5]
          || CASE WHEN h % 10 = 0 THEN ' or write to customer' || c || '@example' || (c % 97) || '.com' ELSE '' END
          || ', said "' || ['thanks', 'bye', 'cheers'][1 + h % 3] || '"' || repeat(' and many thanks again for all', (h % 5)::INT) AS notes,
        ['DE', 'FR', 'US', 'GB', 'IT', 'ES'][1 + c % 6] AS country,
        TIMESTAMP '2026-01-01' + INTERVAL (h % 20000000) SECOND AS created_at,
        ((h % 100000) / 100.0)::DECIMAL(10, 2) AS amount
      FROM (SELECT n, (hash(n) % 220000)::BIGINT AS c, (hash(n + 77) % 1000000009)::BIGINT AS h FROM range(1, ${rows} + 1) t(n))
    ) TO '${path}' (HEADER, DELIMITER ',')`);
  connection.closeSync();
  instance.closeSync();
  return { rows, bytes: statSync(path).size };
}

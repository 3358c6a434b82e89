import { testFamilies } from './family.ts';

const OF = 'FROM shop.INFORMATION_SCHEMA';
const NOT_ENFORCED = 'NOT ENFORCED';

testFamilies(
  {
    'keys that are not enforced': [
      [
        `CREATE TABLE shop.orders (id INT64, item INT64 REFERENCES shop.items(id) ${NOT_ENFORCED}, PRIMARY KEY (id) ${NOT_ENFORCED}, CONSTRAINT own FOREIGN KEY (item) REFERENCES shop.items(id) ${NOT_ENFORCED}); SELECT table_name, constraint_name, constraint_type, enforced ${OF}.TABLE_CONSTRAINTS ORDER BY 1, 2`,
        [
          ['items', 'items.pk$', 'PRIMARY KEY', 'NO'],
          ['orders', 'orders.fk$1', 'FOREIGN KEY', 'NO'],
          ['orders', 'orders.own', 'FOREIGN KEY', 'NO'],
          ['orders', 'orders.pk$', 'PRIMARY KEY', 'NO'],
        ],
      ],
      [
        `SELECT constraint_name, column_name, ordinal_position, position_in_unique_constraint ${OF}.KEY_COLUMN_USAGE WHERE table_name = 'orders' ORDER BY 1`,
        [
          ['orders.fk$1', 'item', '1', '1'],
          ['orders.own', 'item', '1', '1'],
          ['orders.pk$', 'id', '1', null],
        ],
      ],
      [
        `SELECT table_name, column_name ${OF}.CONSTRAINT_COLUMN_USAGE WHERE constraint_name LIKE 'orders%' ORDER BY 1`,
        [
          ['items', 'id'],
          ['items', 'id'],
          ['orders', 'id'],
        ],
      ],
      [
        `SELECT ddl ${OF}.TABLES WHERE table_name = 'items'`,
        [['CREATE TABLE `local.shop.items`\n(\n  id INT64,\n  name STRING,\n  PRIMARY KEY (id) NOT ENFORCED\n);']],
      ],
      [
        `CREATE TABLE shop.copied CLONE shop.items; SELECT constraint_name ${OF}.TABLE_CONSTRAINTS WHERE table_name = 'copied'`,
        [['copied.pk$']],
      ],
      [
        `ALTER TABLE shop.orders DROP CONSTRAINT own, DROP CONSTRAINT IF EXISTS none, DROP PRIMARY KEY; SELECT constraint_name ${OF}.TABLE_CONSTRAINTS WHERE table_name = 'orders'`,
        [['orders.fk$1']],
      ],
      [
        'ALTER TABLE shop.orders DROP PRIMARY KEY',
        'invalidQuery: Table local:shop.orders has no primary key at [1:25]',
      ],
      [
        `ALTER TABLE shop.items ADD PRIMARY KEY (name) ${NOT_ENFORCED}`,
        'invalidQuery: Table local:shop.items already has a primary key at [1:28]',
      ],
      [
        `ALTER TABLE shop.orders ADD FOREIGN KEY (id) REFERENCES shop.items(name) ${NOT_ENFORCED}`,
        'invalidQuery: Column id and the column that it references have different types at [1:29]',
      ],
      [
        `CREATE TABLE shop.k (a FLOAT64, PRIMARY KEY (a) ${NOT_ENFORCED})`,
        'invalidQuery: Column a cannot be part of a key because of its type at [1:46]',
      ],
      [
        'CREATE TABLE shop.k (a INT64 PRIMARY KEY)',
        'invalidQuery: Enforced keys are not supported: say NOT ENFORCED at [1:41]',
      ],
      [
        'ALTER TABLE shop.items RENAME COLUMN id TO number',
        'invalidQuery: Column id is part of a key of the table at [1:24]',
      ],
      [
        'ALTER TABLE shop.items RENAME TO things',
        'invalidQuery: Table local:shop.items has a primary key, and cannot be renamed at [1:24]',
      ],
    ],
    'views of metadata are read alone': [
      [
        'DELETE shop.INFORMATION_SCHEMA.TABLES WHERE TRUE',
        'invalidQuery: Cannot modify INFORMATION_SCHEMA.TABLES: only tables can be changed by DML at [1:8]',
      ],
    ],
    'what datasets, tables and partitions are': [
      [
        `ALTER SCHEMA shop SET OPTIONS (description = 'x', labels = [('a', 'b')]); SELECT option_name, option_value ${OF}.SCHEMATA_OPTIONS WHERE schema_name = 'shop'`,
        [
          ['description', '"x"'],
          ['labels', '[STRUCT("a", "b")]'],
        ],
      ],
      [
        `SELECT table_type, base_table_name, snapshot_time_ms IS NOT NULL ${OF}.TABLES WHERE table_name = 'copied'`,
        [['CLONE', 'items', 'true']],
      ],
      [
        `INSERT shop.items VALUES (1, 'abc'); SELECT total_rows, total_logical_bytes, storage_tier ${OF}.PARTITIONS WHERE table_name = 'items'`,
        [['1', '13', 'ACTIVE']],
      ],
      [
        "SELECT r.table_id, dml_statistics.inserted_row_count, user_email FROM `region-us`.INFORMATION_SCHEMA.JOBS, UNNEST(referenced_tables) AS r WHERE statement_type = 'INSERT' AND r.table_id = 'items'",
        [['items', '1', 'local@sluice']],
      ],
    ],
  },
  `CREATE TABLE shop.items (id INT64, name STRING, PRIMARY KEY (id) ${NOT_ENFORCED})`,
);

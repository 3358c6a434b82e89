-- keys
SELECT `customer_id` FROM `acme.shop.customers` WHERE _run_id IN ('3f2a9c0b1d4e5f60718a', '91b4d7c2e8f30a5b6c7d')
UNION DISTINCT
SELECT `customer_id` FROM (SELECT `customer_id`, `city`, `updated_at`, `_run_id`, `_row_number`, `_arrived_at` FROM `acme._sluice.staged_shop__customers_7`) WHERE _run_id IN ('3f2a9c0b1d4e5f60718a', '91b4d7c2e8f30a5b6c7d')

-- rows
BEGIN TRANSACTION;
DELETE FROM `acme.shop.customers` T WHERE EXISTS (SELECT 1 FROM `acme._sluice.keys_shop__customers_7` K WHERE K.`customer_id` = T.`customer_id`) AND (SELECT MAX(batch) FROM `acme._sluice.commits_shop__customers`) < 7;
INSERT INTO `acme.shop.customers` (`customer_id`, `city`, `updated_at`, `_run_id`, `_row_number`, `_arrived_at`)
SELECT `customer_id`, `city`, `updated_at`, `_run_id`, `_row_number`, `_arrived_at` FROM (SELECT `customer_id`, `city`, `updated_at`, `_run_id`, `_row_number`, `_arrived_at` FROM `acme._sluice.staged_shop__customers_7`) S
WHERE EXISTS (SELECT 1 FROM `acme._sluice.keys_shop__customers_7` K WHERE K.`customer_id` = S.`customer_id`) AND (SELECT MAX(batch) FROM `acme._sluice.commits_shop__customers`) < 7
QUALIFY ROW_NUMBER() OVER (PARTITION BY S.`customer_id` ORDER BY S.`updated_at` DESC, S._arrived_at DESC, S._run_id DESC, S._row_number DESC) = 1;
UPDATE `acme._sluice.commits_shop__customers` SET batch = 7, committed_at = CURRENT_TIMESTAMP() WHERE batch < 7;
COMMIT TRANSACTION;

-- keys, one of which travelled as text
SELECT `id`, `part` FROM `acme.shop.customers` WHERE _run_id = '3f2a9c0b1d4e5f60718a'
UNION DISTINCT
SELECT `id`, `part` FROM (SELECT CAST(`id` AS BIGNUMERIC) AS `id`, `part`, `v`, `_run_id`, `_row_number`, `_arrived_at` FROM `acme._sluice.staged_shop__customers_7`) WHERE _run_id = '3f2a9c0b1d4e5f60718a'

-- their rows
BEGIN TRANSACTION;
DELETE FROM `acme.shop.customers` T WHERE EXISTS (SELECT 1 FROM `acme._sluice.keys_shop__customers_7` K WHERE K.`id` = T.`id` AND K.`part` = T.`part`) AND (SELECT MAX(batch) FROM `acme._sluice.commits_shop__customers`) < 7;
INSERT INTO `acme.shop.customers` (`id`, `part`, `v`, `_run_id`, `_row_number`, `_arrived_at`)
SELECT `id`, `part`, `v`, `_run_id`, `_row_number`, `_arrived_at` FROM (SELECT CAST(`id` AS BIGNUMERIC) AS `id`, `part`, `v`, `_run_id`, `_row_number`, `_arrived_at` FROM `acme._sluice.staged_shop__customers_7`) S
WHERE EXISTS (SELECT 1 FROM `acme._sluice.keys_shop__customers_7` K WHERE K.`id` = S.`id` AND K.`part` = S.`part`) AND (SELECT MAX(batch) FROM `acme._sluice.commits_shop__customers`) < 7
QUALIFY ROW_NUMBER() OVER (PARTITION BY S.`id`, S.`part` ORDER BY S.`v` DESC, S._arrived_at DESC, S._run_id DESC, S._row_number DESC) = 1;
UPDATE `acme._sluice.commits_shop__customers` SET batch = 7, committed_at = CURRENT_TIMESTAMP() WHERE batch < 7;
COMMIT TRANSACTION;

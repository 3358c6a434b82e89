-- one key, one order
BEGIN TRANSACTION;
MERGE `acme.shop.customers` T
USING (
SELECT `customer_id`, `city`, `updated_at`, `_run_id`, `_row_number`, `_arrived_at` FROM (SELECT `customer_id`, `city`, `updated_at`, `_run_id`, `_row_number`, `_arrived_at` FROM `acme._sluice.staged_shop__customers_7`) S
WHERE (SELECT MAX(batch) FROM `acme._sluice.commits_shop__customers`) < 7
QUALIFY ROW_NUMBER() OVER (PARTITION BY S.`customer_id` ORDER BY S.`updated_at` DESC, S._arrived_at DESC, S._run_id DESC, S._row_number DESC) = 1
) S
ON T.`customer_id` = S.`customer_id`
WHEN MATCHED AND (S.`updated_at` > T.`updated_at` OR (S.`updated_at` IS NOT NULL AND T.`updated_at` IS NULL) OR ((S.`updated_at` = T.`updated_at` OR (S.`updated_at` IS NULL AND T.`updated_at` IS NULL)) AND (S._arrived_at > T._arrived_at OR (S._arrived_at = T._arrived_at AND (S._run_id > T._run_id OR (S._run_id = T._run_id AND S._row_number >= T._row_number)))))) THEN
  UPDATE SET `customer_id` = S.`customer_id`, `city` = S.`city`, `updated_at` = S.`updated_at`, `_run_id` = S.`_run_id`, `_row_number` = S.`_row_number`, `_arrived_at` = S.`_arrived_at`
WHEN NOT MATCHED THEN
  INSERT (`customer_id`, `city`, `updated_at`, `_run_id`, `_row_number`, `_arrived_at`) VALUES (S.`customer_id`, S.`city`, S.`updated_at`, S.`_run_id`, S.`_row_number`, S.`_arrived_at`);
UPDATE `acme._sluice.commits_shop__customers` SET batch = 7, committed_at = CURRENT_TIMESTAMP() WHERE batch < 7;
COMMIT TRANSACTION;

-- several of each
BEGIN TRANSACTION;
MERGE `acme.shop.customers` T
USING (
SELECT `shop`, `customer_id`, `version`, `updated_at`, `_run_id`, `_row_number`, `_arrived_at` FROM (SELECT `shop`, `customer_id`, `version`, `updated_at`, `_run_id`, `_row_number`, `_arrived_at` FROM `acme._sluice.staged_shop__customers_7`) S
WHERE (SELECT MAX(batch) FROM `acme._sluice.commits_shop__customers`) < 7
QUALIFY ROW_NUMBER() OVER (PARTITION BY S.`shop`, S.`customer_id` ORDER BY S.`version` DESC, S.`updated_at` DESC, S._arrived_at DESC, S._run_id DESC, S._row_number DESC) = 1
) S
ON T.`shop` = S.`shop` AND T.`customer_id` = S.`customer_id`
WHEN MATCHED AND (S.`version` > T.`version` OR (S.`version` IS NOT NULL AND T.`version` IS NULL) OR ((S.`version` = T.`version` OR (S.`version` IS NULL AND T.`version` IS NULL)) AND (S.`updated_at` > T.`updated_at` OR (S.`updated_at` IS NOT NULL AND T.`updated_at` IS NULL) OR ((S.`updated_at` = T.`updated_at` OR (S.`updated_at` IS NULL AND T.`updated_at` IS NULL)) AND (S._arrived_at > T._arrived_at OR (S._arrived_at = T._arrived_at AND (S._run_id > T._run_id OR (S._run_id = T._run_id AND S._row_number >= T._row_number)))))))) THEN
  UPDATE SET `shop` = S.`shop`, `customer_id` = S.`customer_id`, `version` = S.`version`, `updated_at` = S.`updated_at`, `_run_id` = S.`_run_id`, `_row_number` = S.`_row_number`, `_arrived_at` = S.`_arrived_at`
WHEN NOT MATCHED THEN
  INSERT (`shop`, `customer_id`, `version`, `updated_at`, `_run_id`, `_row_number`, `_arrived_at`) VALUES (S.`shop`, S.`customer_id`, S.`version`, S.`updated_at`, S.`_run_id`, S.`_row_number`, S.`_arrived_at`);
UPDATE `acme._sluice.commits_shop__customers` SET batch = 7, committed_at = CURRENT_TIMESTAMP() WHERE batch < 7;
COMMIT TRANSACTION;

-- no order but that of arrival
BEGIN TRANSACTION;
MERGE `acme.shop.customers` T
USING (
SELECT `id`, `_run_id`, `_row_number`, `_arrived_at` FROM (SELECT `id`, `_run_id`, `_row_number`, `_arrived_at` FROM `acme._sluice.staged_shop__customers_7`) S
WHERE (SELECT MAX(batch) FROM `acme._sluice.commits_shop__customers`) < 7
QUALIFY ROW_NUMBER() OVER (PARTITION BY S.`id` ORDER BY S._arrived_at DESC, S._run_id DESC, S._row_number DESC) = 1
) S
ON T.`id` = S.`id`
WHEN MATCHED AND (S._arrived_at > T._arrived_at OR (S._arrived_at = T._arrived_at AND (S._run_id > T._run_id OR (S._run_id = T._run_id AND S._row_number >= T._row_number)))) THEN
  UPDATE SET `id` = S.`id`, `_run_id` = S.`_run_id`, `_row_number` = S.`_row_number`, `_arrived_at` = S.`_arrived_at`
WHEN NOT MATCHED THEN
  INSERT (`id`, `_run_id`, `_row_number`, `_arrived_at`) VALUES (S.`id`, S.`_run_id`, S.`_row_number`, S.`_arrived_at`);
UPDATE `acme._sluice.commits_shop__customers` SET batch = 7, committed_at = CURRENT_TIMESTAMP() WHERE batch < 7;
COMMIT TRANSACTION;

-- order by a FLOAT64, which may be NaN
BEGIN TRANSACTION;
MERGE `acme.shop.customers` T
USING (
SELECT `id`, `v`, `_run_id`, `_row_number`, `_arrived_at` FROM (SELECT `id`, `v`, `_run_id`, `_row_number`, `_arrived_at` FROM `acme._sluice.staged_shop__customers_7`) S
WHERE (SELECT MAX(batch) FROM `acme._sluice.commits_shop__customers`) < 7
QUALIFY ROW_NUMBER() OVER (PARTITION BY S.`id` ORDER BY IF(IS_NAN(S.`v`), NULL, S.`v`) DESC, S._arrived_at DESC, S._run_id DESC, S._row_number DESC) = 1
) S
ON T.`id` = S.`id`
WHEN MATCHED AND (IF(IS_NAN(S.`v`), NULL, S.`v`) > IF(IS_NAN(T.`v`), NULL, T.`v`) OR (IF(IS_NAN(S.`v`), NULL, S.`v`) IS NOT NULL AND IF(IS_NAN(T.`v`), NULL, T.`v`) IS NULL) OR ((IF(IS_NAN(S.`v`), NULL, S.`v`) = IF(IS_NAN(T.`v`), NULL, T.`v`) OR (IF(IS_NAN(S.`v`), NULL, S.`v`) IS NULL AND IF(IS_NAN(T.`v`), NULL, T.`v`) IS NULL)) AND (S._arrived_at > T._arrived_at OR (S._arrived_at = T._arrived_at AND (S._run_id > T._run_id OR (S._run_id = T._run_id AND S._row_number >= T._row_number)))))) THEN
  UPDATE SET `id` = S.`id`, `v` = S.`v`, `_run_id` = S.`_run_id`, `_row_number` = S.`_row_number`, `_arrived_at` = S.`_arrived_at`
WHEN NOT MATCHED THEN
  INSERT (`id`, `v`, `_run_id`, `_row_number`, `_arrived_at`) VALUES (S.`id`, S.`v`, S.`_run_id`, S.`_row_number`, S.`_arrived_at`);
UPDATE `acme._sluice.commits_shop__customers` SET batch = 7, committed_at = CURRENT_TIMESTAMP() WHERE batch < 7;
COMMIT TRANSACTION;

-- order by what travelled as text
BEGIN TRANSACTION;
MERGE `acme.shop.customers` T
USING (
SELECT `id`, `v`, `doc`, `_run_id`, `_row_number`, `_arrived_at` FROM (SELECT CAST(`id` AS BIGNUMERIC) AS `id`, CAST(`v` AS BIGNUMERIC) AS `v`, PARSE_JSON(`doc`, wide_number_mode => 'round') AS `doc`, `_run_id`, `_row_number`, `_arrived_at` FROM `acme._sluice.staged_shop__customers_7`) S
WHERE (SELECT MAX(batch) FROM `acme._sluice.commits_shop__customers`) < 7
QUALIFY ROW_NUMBER() OVER (PARTITION BY S.`id` ORDER BY S.`v` DESC, S._arrived_at DESC, S._run_id DESC, S._row_number DESC) = 1
) S
ON T.`id` = S.`id`
WHEN MATCHED AND (S.`v` > T.`v` OR (S.`v` IS NOT NULL AND T.`v` IS NULL) OR ((S.`v` = T.`v` OR (S.`v` IS NULL AND T.`v` IS NULL)) AND (S._arrived_at > T._arrived_at OR (S._arrived_at = T._arrived_at AND (S._run_id > T._run_id OR (S._run_id = T._run_id AND S._row_number >= T._row_number)))))) THEN
  UPDATE SET `id` = S.`id`, `v` = S.`v`, `doc` = S.`doc`, `_run_id` = S.`_run_id`, `_row_number` = S.`_row_number`, `_arrived_at` = S.`_arrived_at`
WHEN NOT MATCHED THEN
  INSERT (`id`, `v`, `doc`, `_run_id`, `_row_number`, `_arrived_at`) VALUES (S.`id`, S.`v`, S.`doc`, S.`_run_id`, S.`_row_number`, S.`_arrived_at`);
UPDATE `acme._sluice.commits_shop__customers` SET batch = 7, committed_at = CURRENT_TIMESTAMP() WHERE batch < 7;
COMMIT TRANSACTION;

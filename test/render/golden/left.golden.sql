-- hours
SELECT DISTINCT IFNULL(REPLACE(SUBSTR(CAST(T.`updated_at` AS STRING), 1, 13), ' ', 'T'), 'NULL') AS part
FROM `acme.shop.customers` T WHERE EXISTS (SELECT 1 FROM (SELECT `customer_id`, `city`, `updated_at`, `_run_id`, `_row_number`, `_arrived_at` FROM `acme._sluice.staged_shop__customers_7`) S WHERE T.`customer_id` = S.`customer_id`)

-- days
SELECT DISTINCT IFNULL(SUBSTR(CAST(T.`updated_at` AS STRING), 1, 10), 'NULL') AS part
FROM `acme.shop.customers` T WHERE EXISTS (SELECT 1 FROM (SELECT `customer_id`, `city`, `updated_at`, `_run_id`, `_row_number`, `_arrived_at` FROM `acme._sluice.staged_shop__customers_7`) S WHERE T.`customer_id` = S.`customer_id`)

-- months
SELECT DISTINCT IFNULL(SUBSTR(CAST(T.`updated_at` AS STRING), 1, 7), 'NULL') AS part
FROM `acme.shop.customers` T WHERE EXISTS (SELECT 1 FROM (SELECT `customer_id`, `city`, `updated_at`, `_run_id`, `_row_number`, `_arrived_at` FROM `acme._sluice.staged_shop__customers_7`) S WHERE T.`customer_id` = S.`customer_id`)

-- years
SELECT DISTINCT IFNULL(SUBSTR(CAST(T.`updated_at` AS STRING), 1, 4), 'NULL') AS part
FROM `acme.shop.customers` T WHERE EXISTS (SELECT 1 FROM (SELECT `customer_id`, `city`, `updated_at`, `_run_id`, `_row_number`, `_arrived_at` FROM `acme._sluice.staged_shop__customers_7`) S WHERE T.`customer_id` = S.`customer_id`)

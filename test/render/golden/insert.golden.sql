-- new runs
BEGIN TRANSACTION;
INSERT INTO `acme.shop.orders` (`order_id`, `amount`, `day`, `_run_id`, `_row_number`, `_arrived_at`)
SELECT `order_id`, `amount`, `day`, `_run_id`, `_row_number`, `_arrived_at` FROM `acme._sluice.staged_shop__orders_7`
WHERE (SELECT MAX(batch) FROM `acme._sluice.commits_shop__orders`) < 7;
UPDATE `acme._sluice.commits_shop__orders` SET batch = 7, committed_at = CURRENT_TIMESTAMP() WHERE batch < 7;
COMMIT TRANSACTION;

-- a replay
BEGIN TRANSACTION;
DELETE FROM `acme.shop.orders` WHERE _run_id = '3f2a9c0b1d4e5f60718a' AND (SELECT MAX(batch) FROM `acme._sluice.commits_shop__orders`) < 7;
INSERT INTO `acme.shop.orders` (`order_id`, `amount`, `day`, `_run_id`, `_row_number`, `_arrived_at`)
SELECT `order_id`, `amount`, `day`, `_run_id`, `_row_number`, `_arrived_at` FROM `acme._sluice.staged_shop__orders_7`
WHERE (SELECT MAX(batch) FROM `acme._sluice.commits_shop__orders`) < 7;
UPDATE `acme._sluice.commits_shop__orders` SET batch = 7, committed_at = CURRENT_TIMESTAMP() WHERE batch < 7;
COMMIT TRANSACTION;

-- two replays
BEGIN TRANSACTION;
DELETE FROM `acme.shop.orders` WHERE _run_id IN ('3f2a9c0b1d4e5f60718a', '91b4d7c2e8f30a5b6c7d') AND (SELECT MAX(batch) FROM `acme._sluice.commits_shop__orders`) < 7;
INSERT INTO `acme.shop.orders` (`order_id`, `amount`, `day`, `_run_id`, `_row_number`, `_arrived_at`)
SELECT `order_id`, `amount`, `day`, `_run_id`, `_row_number`, `_arrived_at` FROM `acme._sluice.staged_shop__orders_7`
WHERE (SELECT MAX(batch) FROM `acme._sluice.commits_shop__orders`) < 7;
UPDATE `acme._sluice.commits_shop__orders` SET batch = 7, committed_at = CURRENT_TIMESTAMP() WHERE batch < 7;
COMMIT TRANSACTION;

-- what travelled as text
BEGIN TRANSACTION;
INSERT INTO `acme.shop.orders` (`id`, `payload`, `big`, `events`, `tree`, `items`, `_run_id`, `_row_number`, `_arrived_at`)
SELECT `id`, PARSE_JSON(`payload`, wide_number_mode => 'round') AS `payload`, CAST(`big` AS BIGNUMERIC) AS `big`, ARRAY(SELECT PARSE_JSON(element, wide_number_mode => 'round') FROM UNNEST(`events`) AS element WITH OFFSET AS place ORDER BY place) AS `events`, IF(`tree` IS NULL, NULL, STRUCT(`tree`.`name` AS `name`, PARSE_JSON(`tree`.`raw`, wide_number_mode => 'round') AS `raw`)) AS `tree`, ARRAY(SELECT IF(element IS NULL, NULL, STRUCT(element.`sku` AS `sku`, PARSE_JSON(element.`raw`, wide_number_mode => 'round') AS `raw`)) FROM UNNEST(`items`) AS element WITH OFFSET AS place ORDER BY place) AS `items`, `_run_id`, `_row_number`, `_arrived_at` FROM `acme._sluice.staged_shop__orders_7`
WHERE (SELECT MAX(batch) FROM `acme._sluice.commits_shop__orders`) < 7;
UPDATE `acme._sluice.commits_shop__orders` SET batch = 7, committed_at = CURRENT_TIMESTAMP() WHERE batch < 7;
COMMIT TRANSACTION;

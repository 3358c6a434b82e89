-- days of a DATE
BEGIN TRANSACTION;
DELETE FROM `acme.shop.orders` WHERE ((`at` >= DATE '2026-02-28' AND `at` < DATE '2026-03-02') OR (`at` >= DATE '2026-03-05' AND `at` < DATE '2026-03-06')) AND (SELECT MAX(batch) FROM `acme._sluice.commits_shop__orders`) < 7;
INSERT INTO `acme.shop.orders` (`at`, `_run_id`, `_row_number`, `_arrived_at`)
SELECT `at`, `_run_id`, `_row_number`, `_arrived_at` FROM `acme._sluice.staged_shop__orders_7`
WHERE _run_id = '3f2a9c0b1d4e5f60718a' AND ((`at` >= DATE '2026-02-28' AND `at` < DATE '2026-03-02') OR (`at` >= DATE '2026-03-05' AND `at` < DATE '2026-03-06')) AND (SELECT MAX(batch) FROM `acme._sluice.commits_shop__orders`) < 7;
UPDATE `acme._sluice.commits_shop__orders` SET batch = 7, committed_at = CURRENT_TIMESTAMP() WHERE batch < 7;
COMMIT TRANSACTION;

-- months of a DATE
BEGIN TRANSACTION;
DELETE FROM `acme.shop.orders` WHERE (`at` >= DATE '2026-12-01' AND `at` < DATE '2027-01-01') AND (SELECT MAX(batch) FROM `acme._sluice.commits_shop__orders`) < 7;
INSERT INTO `acme.shop.orders` (`at`, `_run_id`, `_row_number`, `_arrived_at`)
SELECT `at`, `_run_id`, `_row_number`, `_arrived_at` FROM `acme._sluice.staged_shop__orders_7`
WHERE _run_id = '3f2a9c0b1d4e5f60718a' AND (`at` >= DATE '2026-12-01' AND `at` < DATE '2027-01-01') AND (SELECT MAX(batch) FROM `acme._sluice.commits_shop__orders`) < 7;
UPDATE `acme._sluice.commits_shop__orders` SET batch = 7, committed_at = CURRENT_TIMESTAMP() WHERE batch < 7;
COMMIT TRANSACTION;

-- years of a DATE
BEGIN TRANSACTION;
DELETE FROM `acme.shop.orders` WHERE (`at` >= DATE '2025-01-01' AND `at` < DATE '2027-01-01') AND (SELECT MAX(batch) FROM `acme._sluice.commits_shop__orders`) < 7;
INSERT INTO `acme.shop.orders` (`at`, `_run_id`, `_row_number`, `_arrived_at`)
SELECT `at`, `_run_id`, `_row_number`, `_arrived_at` FROM `acme._sluice.staged_shop__orders_7`
WHERE _run_id = '3f2a9c0b1d4e5f60718a' AND (`at` >= DATE '2025-01-01' AND `at` < DATE '2027-01-01') AND (SELECT MAX(batch) FROM `acme._sluice.commits_shop__orders`) < 7;
UPDATE `acme._sluice.commits_shop__orders` SET batch = 7, committed_at = CURRENT_TIMESTAMP() WHERE batch < 7;
COMMIT TRANSACTION;

-- hours of a DATETIME
BEGIN TRANSACTION;
DELETE FROM `acme.shop.orders` WHERE (`at` >= DATETIME '2026-01-31 23:00:00' AND `at` < DATETIME '2026-02-01 00:00:00') AND (SELECT MAX(batch) FROM `acme._sluice.commits_shop__orders`) < 7;
INSERT INTO `acme.shop.orders` (`at`, `_run_id`, `_row_number`, `_arrived_at`)
SELECT `at`, `_run_id`, `_row_number`, `_arrived_at` FROM `acme._sluice.staged_shop__orders_7`
WHERE _run_id = '3f2a9c0b1d4e5f60718a' AND (`at` >= DATETIME '2026-01-31 23:00:00' AND `at` < DATETIME '2026-02-01 00:00:00') AND (SELECT MAX(batch) FROM `acme._sluice.commits_shop__orders`) < 7;
UPDATE `acme._sluice.commits_shop__orders` SET batch = 7, committed_at = CURRENT_TIMESTAMP() WHERE batch < 7;
COMMIT TRANSACTION;

-- days of a DATETIME
BEGIN TRANSACTION;
DELETE FROM `acme.shop.orders` WHERE (`at` >= DATETIME '2026-01-31 00:00:00' AND `at` < DATETIME '2026-02-01 00:00:00') AND (SELECT MAX(batch) FROM `acme._sluice.commits_shop__orders`) < 7;
INSERT INTO `acme.shop.orders` (`at`, `_run_id`, `_row_number`, `_arrived_at`)
SELECT `at`, `_run_id`, `_row_number`, `_arrived_at` FROM `acme._sluice.staged_shop__orders_7`
WHERE _run_id = '3f2a9c0b1d4e5f60718a' AND (`at` >= DATETIME '2026-01-31 00:00:00' AND `at` < DATETIME '2026-02-01 00:00:00') AND (SELECT MAX(batch) FROM `acme._sluice.commits_shop__orders`) < 7;
UPDATE `acme._sluice.commits_shop__orders` SET batch = 7, committed_at = CURRENT_TIMESTAMP() WHERE batch < 7;
COMMIT TRANSACTION;

-- months of a DATETIME
BEGIN TRANSACTION;
DELETE FROM `acme.shop.orders` WHERE (`at` >= DATETIME '2026-01-01 00:00:00' AND `at` < DATETIME '2026-02-01 00:00:00') AND (SELECT MAX(batch) FROM `acme._sluice.commits_shop__orders`) < 7;
INSERT INTO `acme.shop.orders` (`at`, `_run_id`, `_row_number`, `_arrived_at`)
SELECT `at`, `_run_id`, `_row_number`, `_arrived_at` FROM `acme._sluice.staged_shop__orders_7`
WHERE _run_id = '3f2a9c0b1d4e5f60718a' AND (`at` >= DATETIME '2026-01-01 00:00:00' AND `at` < DATETIME '2026-02-01 00:00:00') AND (SELECT MAX(batch) FROM `acme._sluice.commits_shop__orders`) < 7;
UPDATE `acme._sluice.commits_shop__orders` SET batch = 7, committed_at = CURRENT_TIMESTAMP() WHERE batch < 7;
COMMIT TRANSACTION;

-- years of a DATETIME
BEGIN TRANSACTION;
DELETE FROM `acme.shop.orders` WHERE (`at` >= DATETIME '2026-01-01 00:00:00' AND `at` < DATETIME '2027-01-01 00:00:00') AND (SELECT MAX(batch) FROM `acme._sluice.commits_shop__orders`) < 7;
INSERT INTO `acme.shop.orders` (`at`, `_run_id`, `_row_number`, `_arrived_at`)
SELECT `at`, `_run_id`, `_row_number`, `_arrived_at` FROM `acme._sluice.staged_shop__orders_7`
WHERE _run_id = '3f2a9c0b1d4e5f60718a' AND (`at` >= DATETIME '2026-01-01 00:00:00' AND `at` < DATETIME '2027-01-01 00:00:00') AND (SELECT MAX(batch) FROM `acme._sluice.commits_shop__orders`) < 7;
UPDATE `acme._sluice.commits_shop__orders` SET batch = 7, committed_at = CURRENT_TIMESTAMP() WHERE batch < 7;
COMMIT TRANSACTION;

-- hours of a TIMESTAMP
BEGIN TRANSACTION;
DELETE FROM `acme.shop.orders` WHERE (`at` >= TIMESTAMP '2026-01-31 22:00:00+00' AND `at` < TIMESTAMP '2026-02-01 00:00:00+00') AND (SELECT MAX(batch) FROM `acme._sluice.commits_shop__orders`) < 7;
INSERT INTO `acme.shop.orders` (`at`, `_run_id`, `_row_number`, `_arrived_at`)
SELECT `at`, `_run_id`, `_row_number`, `_arrived_at` FROM `acme._sluice.staged_shop__orders_7`
WHERE _run_id = '3f2a9c0b1d4e5f60718a' AND (`at` >= TIMESTAMP '2026-01-31 22:00:00+00' AND `at` < TIMESTAMP '2026-02-01 00:00:00+00') AND (SELECT MAX(batch) FROM `acme._sluice.commits_shop__orders`) < 7;
UPDATE `acme._sluice.commits_shop__orders` SET batch = 7, committed_at = CURRENT_TIMESTAMP() WHERE batch < 7;
COMMIT TRANSACTION;

-- days of a TIMESTAMP
BEGIN TRANSACTION;
DELETE FROM `acme.shop.orders` WHERE (`at` >= TIMESTAMP '2026-01-31 00:00:00+00' AND `at` < TIMESTAMP '2026-02-01 00:00:00+00') AND (SELECT MAX(batch) FROM `acme._sluice.commits_shop__orders`) < 7;
INSERT INTO `acme.shop.orders` (`at`, `_run_id`, `_row_number`, `_arrived_at`)
SELECT `at`, `_run_id`, `_row_number`, `_arrived_at` FROM `acme._sluice.staged_shop__orders_7`
WHERE _run_id = '3f2a9c0b1d4e5f60718a' AND (`at` >= TIMESTAMP '2026-01-31 00:00:00+00' AND `at` < TIMESTAMP '2026-02-01 00:00:00+00') AND (SELECT MAX(batch) FROM `acme._sluice.commits_shop__orders`) < 7;
UPDATE `acme._sluice.commits_shop__orders` SET batch = 7, committed_at = CURRENT_TIMESTAMP() WHERE batch < 7;
COMMIT TRANSACTION;

-- months of a TIMESTAMP
BEGIN TRANSACTION;
DELETE FROM `acme.shop.orders` WHERE (`at` >= TIMESTAMP '2026-01-01 00:00:00+00' AND `at` < TIMESTAMP '2026-02-01 00:00:00+00') AND (SELECT MAX(batch) FROM `acme._sluice.commits_shop__orders`) < 7;
INSERT INTO `acme.shop.orders` (`at`, `_run_id`, `_row_number`, `_arrived_at`)
SELECT `at`, `_run_id`, `_row_number`, `_arrived_at` FROM `acme._sluice.staged_shop__orders_7`
WHERE _run_id = '3f2a9c0b1d4e5f60718a' AND (`at` >= TIMESTAMP '2026-01-01 00:00:00+00' AND `at` < TIMESTAMP '2026-02-01 00:00:00+00') AND (SELECT MAX(batch) FROM `acme._sluice.commits_shop__orders`) < 7;
UPDATE `acme._sluice.commits_shop__orders` SET batch = 7, committed_at = CURRENT_TIMESTAMP() WHERE batch < 7;
COMMIT TRANSACTION;

-- years of a TIMESTAMP
BEGIN TRANSACTION;
DELETE FROM `acme.shop.orders` WHERE (`at` >= TIMESTAMP '2026-01-01 00:00:00+00' AND `at` < TIMESTAMP '2027-01-01 00:00:00+00') AND (SELECT MAX(batch) FROM `acme._sluice.commits_shop__orders`) < 7;
INSERT INTO `acme.shop.orders` (`at`, `_run_id`, `_row_number`, `_arrived_at`)
SELECT `at`, `_run_id`, `_row_number`, `_arrived_at` FROM `acme._sluice.staged_shop__orders_7`
WHERE _run_id = '3f2a9c0b1d4e5f60718a' AND (`at` >= TIMESTAMP '2026-01-01 00:00:00+00' AND `at` < TIMESTAMP '2027-01-01 00:00:00+00') AND (SELECT MAX(batch) FROM `acme._sluice.commits_shop__orders`) < 7;
UPDATE `acme._sluice.commits_shop__orders` SET batch = 7, committed_at = CURRENT_TIMESTAMP() WHERE batch < 7;
COMMIT TRANSACTION;

-- rows without a day
BEGIN TRANSACTION;
DELETE FROM `acme.shop.orders` WHERE ((`at` >= DATE '2026-01-31' AND `at` < DATE '2026-02-01') OR `at` IS NULL) AND (SELECT MAX(batch) FROM `acme._sluice.commits_shop__orders`) < 7;
INSERT INTO `acme.shop.orders` (`at`, `_run_id`, `_row_number`, `_arrived_at`)
SELECT `at`, `_run_id`, `_row_number`, `_arrived_at` FROM `acme._sluice.staged_shop__orders_7`
WHERE _run_id = '3f2a9c0b1d4e5f60718a' AND ((`at` >= DATE '2026-01-31' AND `at` < DATE '2026-02-01') OR `at` IS NULL) AND (SELECT MAX(batch) FROM `acme._sluice.commits_shop__orders`) < 7;
UPDATE `acme._sluice.commits_shop__orders` SET batch = 7, committed_at = CURRENT_TIMESTAMP() WHERE batch < 7;
COMMIT TRANSACTION;

-- the calendar’s ends
BEGIN TRANSACTION;
DELETE FROM `acme.shop.orders` WHERE ((`at` >= DATE '0001-01-01' AND `at` < DATE '0001-01-02') OR (`at` >= DATE '9999-12-31')) AND (SELECT MAX(batch) FROM `acme._sluice.commits_shop__orders`) < 7;
INSERT INTO `acme.shop.orders` (`at`, `_run_id`, `_row_number`, `_arrived_at`)
SELECT `at`, `_run_id`, `_row_number`, `_arrived_at` FROM `acme._sluice.staged_shop__orders_7`
WHERE _run_id = '3f2a9c0b1d4e5f60718a' AND ((`at` >= DATE '0001-01-01' AND `at` < DATE '0001-01-02') OR (`at` >= DATE '9999-12-31')) AND (SELECT MAX(batch) FROM `acme._sluice.commits_shop__orders`) < 7;
UPDATE `acme._sluice.commits_shop__orders` SET batch = 7, committed_at = CURRENT_TIMESTAMP() WHERE batch < 7;
COMMIT TRANSACTION;

-- two runs, each with its own partitions
BEGIN TRANSACTION;
DELETE FROM `acme.shop.orders` WHERE (`day` >= DATE '2026-01-30' AND `day` < DATE '2026-02-02') AND (SELECT MAX(batch) FROM `acme._sluice.commits_shop__orders`) < 7;
INSERT INTO `acme.shop.orders` (`day`, `_run_id`, `_row_number`, `_arrived_at`)
SELECT `day`, `_run_id`, `_row_number`, `_arrived_at` FROM `acme._sluice.staged_shop__orders_7`
WHERE (_run_id = '3f2a9c0b1d4e5f60718a' AND (`day` >= DATE '2026-01-31' AND `day` < DATE '2026-02-02')
  OR _run_id = '91b4d7c2e8f30a5b6c7d' AND (`day` >= DATE '2026-01-30' AND `day` < DATE '2026-01-31')) AND (SELECT MAX(batch) FROM `acme._sluice.commits_shop__orders`) < 7;
UPDATE `acme._sluice.commits_shop__orders` SET batch = 7, committed_at = CURRENT_TIMESTAMP() WHERE batch < 7;
COMMIT TRANSACTION;

-- a replay that may have left a partition
BEGIN TRANSACTION;
DELETE FROM `acme.shop.orders` WHERE ((`at` >= DATE '2026-01-31' AND `at` < DATE '2026-02-01') OR _run_id = '3f2a9c0b1d4e5f60718a') AND (SELECT MAX(batch) FROM `acme._sluice.commits_shop__orders`) < 7;
INSERT INTO `acme.shop.orders` (`at`, `_run_id`, `_row_number`, `_arrived_at`)
SELECT `at`, `_run_id`, `_row_number`, `_arrived_at` FROM `acme._sluice.staged_shop__orders_7`
WHERE _run_id = '3f2a9c0b1d4e5f60718a' AND (`at` >= DATE '2026-01-31' AND `at` < DATE '2026-02-01') AND (SELECT MAX(batch) FROM `acme._sluice.commits_shop__orders`) < 7;
UPDATE `acme._sluice.commits_shop__orders` SET batch = 7, committed_at = CURRENT_TIMESTAMP() WHERE batch < 7;
COMMIT TRANSACTION;

-- all of the table
BEGIN TRANSACTION;
DELETE FROM `acme.shop.orders` WHERE (SELECT MAX(batch) FROM `acme._sluice.commits_shop__orders`) < 7;
INSERT INTO `acme.shop.orders` (`order_id`, `amount`, `day`, `_run_id`, `_row_number`, `_arrived_at`)
SELECT `order_id`, `amount`, `day`, `_run_id`, `_row_number`, `_arrived_at` FROM `acme._sluice.staged_shop__orders_7`
WHERE (SELECT MAX(batch) FROM `acme._sluice.commits_shop__orders`) < 7;
UPDATE `acme._sluice.commits_shop__orders` SET batch = 7, committed_at = CURRENT_TIMESTAMP() WHERE batch < 7;
COMMIT TRANSACTION;

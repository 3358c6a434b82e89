-- an empty snapshot
BEGIN TRANSACTION;
DELETE FROM `acme.shop.orders` WHERE (SELECT MAX(batch) FROM `acme._sluice.commits_shop__orders`) < 7;
UPDATE `acme._sluice.commits_shop__orders` SET batch = 7, committed_at = CURRENT_TIMESTAMP() WHERE batch < 7;
COMMIT TRANSACTION;

-- replays without rows
BEGIN TRANSACTION;
DELETE FROM `acme.shop.orders` WHERE _run_id IN ('3f2a9c0b1d4e5f60718a', '91b4d7c2e8f30a5b6c7d') AND (SELECT MAX(batch) FROM `acme._sluice.commits_shop__orders`) < 7;
UPDATE `acme._sluice.commits_shop__orders` SET batch = 7, committed_at = CURRENT_TIMESTAMP() WHERE batch < 7;
COMMIT TRANSACTION;

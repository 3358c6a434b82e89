CREATE TABLE IF NOT EXISTS `acme._sluice.commits_shop__customers` AS SELECT 0 AS batch, TIMESTAMP '1970-01-01 00:00:00+00' AS committed_at

-- a table
SELECT (SELECT COUNT(*) FROM (SELECT 1 AS one FROM `acme.shop.daily` GROUP BY `day` HAVING COUNT(*) > 1)) AS a0,
       (SELECT COUNT(*) FROM (SELECT 1 AS one FROM `acme.shop.daily` GROUP BY `day`, `shop` HAVING COUNT(*) > 1)) AS a1,
       (SELECT COUNT(*) FROM `acme.shop.daily` WHERE `day` IS NULL OR `amount` IS NULL) AS a2,
       (SELECT COUNT(*) FROM `acme.shop.daily` WHERE NOT (
amount >= 0
)) AS a3,
       (SELECT COUNT(*) FROM `acme.shop.daily` WHERE NOT (
note != '-- no' -- a comment
)) AS a4,
       (SELECT COUNT(*) FROM `acme.shop.daily`) AS a5,
       (SELECT COUNT(*) FROM `acme.shop.daily`) AS row_count

-- an interval
SELECT (SELECT COUNT(*) FROM `acme._sluice.built_shop__daily_3_0` WHERE NOT (`day` >= '2026-01-01' AND `day` < '2026-02-01') OR `day` IS NULL) AS outside,
       (SELECT COUNT(*) FROM `acme._sluice.built_shop__daily_3_0`) AS row_count

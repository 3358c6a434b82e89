-- days
BEGIN TRANSACTION;
DELETE FROM `acme.shop.daily` WHERE (`day` >= '2026-01-01' AND `day` < '2026-02-01');
INSERT INTO `acme.shop.daily` (`day`, `net amount`) SELECT `day`, `net amount` FROM `acme._sluice.built_shop__daily_3_0`;
COMMIT TRANSACTION;

-- the calendar’s end
BEGIN TRANSACTION;
DELETE FROM `acme.shop.daily` WHERE (`day` >= '9999-12-01');
INSERT INTO `acme.shop.daily` (`day`, `net amount`) SELECT `day`, `net amount` FROM `acme._sluice.built_shop__daily_3_0`;
COMMIT TRANSACTION;

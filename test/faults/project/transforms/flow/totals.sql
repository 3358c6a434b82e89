/* transform:
     kind: table
     every: 0
     assert: { row_count: { min: 1, max: 1 } }
*/
SELECT COUNT(*) AS orders, SUM(amount) AS amount, COUNT(DISTINCT email) AS people
FROM flow.appends

/* transform:
     kind: incremental
     partition: { by: day, grain: day }
     every: 0
     assert: { unique: [day] }
*/
SELECT day, COUNT(*) AS orders, SUM(amount) AS amount
FROM flow.appends
WHERE day BETWEEN @from AND @to
GROUP BY day

/* transform:
     kind: incremental
     partition: { by: day, grain: day }
     on: [load]
     every: 0
*/
SELECT day, COUNT(*) AS n
FROM shop.replaced
WHERE day BETWEEN @from AND @to
GROUP BY day

/* transform:
     kind: incremental
     partition: { by: day, grain: day }
     on: [nightly]
     assert: { unique: [day] }
*/
SELECT day, COUNT(*) AS entries, SUM(version) AS versions
FROM lake.merges
WHERE day BETWEEN @from AND @to
GROUP BY day

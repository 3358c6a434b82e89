/* transform:
     kind: table
     on: [load, nightly]
*/
SELECT email, COUNT(*) AS people FROM bench.people GROUP BY email

/* transform:
     kind: table
     on: [nightly]
     every: 0
     assert: { row_count: { min: 1, max: 1 } }
*/
SELECT COUNT(*) AS entries FROM mart.recent

/* transform:
     kind: view
     on: [load, nightly]
     every: 0
*/
SELECT id, day FROM lake.appends

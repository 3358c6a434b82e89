/* transform:
     kind: table
     on: [load]
     every: 0
*/
SELECT p.email, SUM(v.pages) AS pages
FROM crm.people AS p
JOIN crm.visits AS v ON v.email = p.email
GROUP BY p.email

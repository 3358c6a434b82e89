/* transform:
     kind: table
     every: 0
     on: []
     max_cost: 0.00001 USD
*/
SELECT city, COUNT(*) AS visits FROM shop.visits GROUP BY city

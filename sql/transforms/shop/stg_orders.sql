/* transform:
     kind: view           # nothing is stored: the query runs when somebody reads it
     every: 0             # after each load, for whoever watches this sample; 15 minutes unless said
     owner: sales@example.com
     description: One row an item of an order that was not cancelled.
     assert:
       not_null: [order_id, sku]
       where: "quantity > 0 AND line_total >= 0"
*/
SELECT
  o.order_id,
  o.customer_email,  -- a token, never an e-mail: customers has the same one
  o.ordered_at,
  DATE(o.ordered_at) AS order_date,
  item.sku,
  item.quantity,
  item.unit_price,
  ROUND(item.quantity * item.unit_price, 2) AS line_total
FROM shop.orders AS o
CROSS JOIN UNNEST(o.items) AS item
WHERE o.status != 'cancelled'

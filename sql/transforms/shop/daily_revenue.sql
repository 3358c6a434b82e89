/* transform:
     kind: incremental    # built day by day: a file of yesterday's orders rebuilds yesterday, and no other day
     partition: { by: order_date, grain: day }
     on: [load, nightly]  # when orders were loaded, and every night
     every: 0             # after each load, for whoever watches this sample; 15 minutes unless said
     owner: sales@example.com
     description: One row a day with orders.
     assert: { unique: [order_date], not_null: [order_date], where: "revenue >= 0" }
*/
SELECT
  order_date,
  COUNT(DISTINCT order_id) AS orders,
  COUNT(DISTINCT customer_email) AS buyers,
  SUM(quantity) AS items,
  SUM(line_total) AS revenue,
  ROUND(SAFE_DIVIDE(SUM(line_total), COUNT(DISTINCT order_id)), 2) AS revenue_an_order
FROM shop.stg_orders
WHERE order_date BETWEEN @from AND @to  -- both days count; Sluice gives them
GROUP BY order_date

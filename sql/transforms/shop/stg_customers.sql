/* transform:
     kind: view
     every: 0             # after each load, for whoever watches this sample; 15 minutes unless said
     owner: growth@example.com
     description: One row a customer, with what the other transforms need of one.
     assert: { unique: [customer_id], not_null: [customer_id] }
*/
SELECT
  customer_id,
  email,  -- a token
  COALESCE(country, 'unknown') AS country,
  signup_date,
  updated_at
FROM shop.customers
-- The source merges, so there is one row an id. Two ids may still share an e-mail: the newest speaks for it, so that an
-- order is counted once. Customers without an e-mail have nothing to share.
QUALIFY email IS NULL OR ROW_NUMBER() OVER (PARTITION BY email ORDER BY updated_at DESC, customer_id) = 1

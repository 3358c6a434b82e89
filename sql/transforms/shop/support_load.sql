/* transform:
     kind: table
     partition: { by: opened_on, grain: day }
     cluster: [country]
     on: [load, nightly]
     every: 0             # after each load, for whoever watches this sample; 15 minutes unless said
     owner: support@example.com
     description: One row a day and country - how much support had to do.
     assert: { unique: [opened_on, country], where: "tickets > 0" }
*/
SELECT
  DATE(t.opened_at) AS opened_on,
  COALESCE(c.country, 'unknown') AS country,
  COUNT(*) AS tickets,
  COUNT(DISTINCT t.customer_id) AS customers,
  COUNTIF(t.topic = 'refund') AS refunds,
  ROUND(SAFE_DIVIDE(COUNTIF(t.topic = 'refund'), COUNT(*)), 3) AS refund_share,
  -- Redaction left marks in the text: how often somebody wrote what is none of ours to keep.
  COUNTIF(t.message LIKE '%[EMAIL_ADDRESS]%' OR t.message LIKE '%[PHONE_NUMBER]%') AS with_personal_data
FROM shop.tickets AS t
LEFT JOIN shop.customers AS c ON c.customer_id = t.customer_id
GROUP BY opened_on, c.country

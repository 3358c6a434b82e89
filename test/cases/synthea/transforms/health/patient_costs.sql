/* transform:
     kind: table
     every: 0
     description: What each patient's visits cost. Both sides carry the same token, so they join as the raw ids would.
     assert: { unique: [patient_id], where: "visits >= 0" }
*/
SELECT
  p.patient_id,
  p.gender,
  p.race,
  COUNT(e.encounter_id) AS visits,
  COALESCE(SUM(e.total_cost), 0) AS cost
FROM health.patients AS p
LEFT JOIN health.encounters AS e ON e.patient_id = p.patient_id
GROUP BY p.patient_id, p.gender, p.race

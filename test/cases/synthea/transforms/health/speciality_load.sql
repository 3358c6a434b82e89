/* transform:
     kind: table
     every: 0
     description: Visits and claims by speciality of who treated.
     assert: { unique: [speciality], not_null: [speciality] }
*/
SELECT
  pr.speciality,
  COUNT(DISTINCT e.encounter_id) AS visits,
  COUNT(DISTINCT c.claim_id) AS claims,
  COUNT(DISTINCT e.patient_id) AS patients
FROM health.providers AS pr
JOIN health.encounters AS e ON e.provider_id = pr.provider_id
LEFT JOIN health.claims AS c ON c.appointment_id = e.encounter_id AND c.patient_id = e.patient_id
GROUP BY pr.speciality

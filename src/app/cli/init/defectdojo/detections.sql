-- Every finding of DefectDojo, as the tool of its test reported it; duplicates are detections of their original.
SELECT
  finding.id::text AS detection_id,
  engagement.product_id::text AS asset_id,
  coalesce(finding.duplicate_finding_id, finding.id)::text AS finding_id,
  finding.date::timestamp AT TIME ZONE 'UTC' AS reported_at,
  test_type.name::text AS tool,
  CASE
    WHEN test_type.static_tool AND NOT test_type.dynamic_tool THEN 'sast'
    WHEN test_type.dynamic_tool AND NOT test_type.static_tool THEN 'dast'
  END AS tool_kind,
  finding.duplicate_finding_id IS NOT NULL AS duplicate
FROM dojo_finding AS finding
JOIN dojo_test AS test ON test.id = finding.test_id
JOIN dojo_test_type AS test_type ON test_type.id = test.test_type_id
JOIN dojo_engagement AS engagement ON engagement.id = test.engagement_id

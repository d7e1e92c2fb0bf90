-- Reports that DefectDojo imported, and tests without one that have ended, such as penetration tests.
WITH scans AS (
  SELECT
    'import-' || id AS scan_id,
    test_id,
    coalesce((import_settings ->> 'scan_date')::timestamptz, created) AS finished_at,
    -- A report that cannot be read leaves no trace.
    'success' AS outcome
  FROM dojo_test_import
  UNION ALL
  SELECT
    'test-' || test.id,
    test.id,
    test.target_end,
    CASE WHEN test.percent_complete = 100 OR engagement.status = 'Completed' THEN 'success' ELSE 'partial' END
  FROM dojo_test AS test
  JOIN dojo_engagement AS engagement ON engagement.id = test.engagement_id
  WHERE test.target_end <= now()
    AND NOT EXISTS (SELECT FROM dojo_test_import AS import WHERE import.test_id = test.id)
)
SELECT
  scans.scan_id,
  engagement.product_id::text AS asset_id,
  scans.finished_at,
  scans.outcome,
  test_type.name::text AS tool,
  CASE
    WHEN test_type.static_tool AND NOT test_type.dynamic_tool THEN 'sast'
    WHEN test_type.dynamic_tool AND NOT test_type.static_tool THEN 'dast'
  END AS tool_kind,
  lower(environment.name) AS environment
FROM scans
JOIN dojo_test AS test ON test.id = scans.test_id
JOIN dojo_test_type AS test_type ON test_type.id = test.test_type_id
JOIN dojo_engagement AS engagement ON engagement.id = test.engagement_id
LEFT JOIN dojo_development_environment AS environment ON environment.id = test.environment_id

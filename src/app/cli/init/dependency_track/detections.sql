-- What each analyzer of Dependency-Track 5 reported; all but the first of a component and vulnerability are duplicates.
SELECT
  "ID"::text AS detection_id,
  "PROJECT_ID"::text AS asset_id,
  "COMPONENT_ID" || '-' || "VULNERABILITY_ID" AS finding_id,
  "ATTRIBUTED_ON" AS reported_at,
  "ANALYZERIDENTITY"::text AS tool,
  'sca' AS tool_kind,
  row_number() OVER (PARTITION BY "COMPONENT_ID", "VULNERABILITY_ID" ORDER BY "ATTRIBUTED_ON", "ID") > 1 AS duplicate
FROM "FINDINGATTRIBUTION"

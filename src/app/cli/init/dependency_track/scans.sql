-- Bills of materials that were imported, and the last analysis of each project.
SELECT
  'bom-' || "ID" AS scan_id,
  "PROJECT_ID"::text AS asset_id,
  "IMPORTED" AS finished_at,
  'success' AS outcome,
  'Dependency-Track' AS tool,
  'sca' AS tool_kind,
  NULL::text AS environment
FROM "BOM"
UNION ALL
SELECT
  'analysis-' || "ID",
  "ID"::text,
  "LAST_VULNERABILITY_ANALYSIS",
  'success',
  'Dependency-Track',
  'sca',
  NULL
FROM "PROJECT"
WHERE "LAST_VULNERABILITY_ANALYSIS" IS NOT NULL

-- Projects of Dependency-Track 5; each version is one. The team is the first by name that has access to it.
SELECT
  project."ID"::text AS asset_id,
  -- When a project was made is not recorded: it is in service from its first bill of materials on.
  (SELECT min(bom."IMPORTED") FROM "BOM" AS bom WHERE bom."PROJECT_ID" = project."ID") AS commissioned_at,
  project."INACTIVE_SINCE" AS retired_at,
  project."NAME" || coalesce(' ' || project."VERSION", '') AS name,
  lower(project."CLASSIFIER") AS kind,
  NULL::text AS criticality,
  NULL::text AS exposure,
  NULL::boolean AS business_critical,
  (
    SELECT min(team."NAME")
    FROM "PROJECT_ACCESS_TEAMS" AS access
    JOIN "TEAM" AS team ON team."ID" = access."TEAM_ID"
    WHERE access."PROJECT_ID" = project."ID"
  ) AS team
FROM "PROJECT" AS project

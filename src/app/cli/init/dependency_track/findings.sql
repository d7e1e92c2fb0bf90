-- Vulnerabilities of components in Dependency-Track 5: one row for each component and vulnerability, whichever
-- analyzers reported it.
WITH reports AS (
  SELECT
    "COMPONENT_ID" AS component_id,
    "VULNERABILITY_ID" AS vulnerability_id,
    "PROJECT_ID" AS project_id,
    min("ATTRIBUTED_ON") AS found_at,
    -- No analyzer reports it any more.
    CASE WHEN bool_and("DELETED_AT" IS NOT NULL) THEN max("DELETED_AT") END AS withdrawn_at
  FROM "FINDINGATTRIBUTION"
  GROUP BY "COMPONENT_ID", "VULNERABILITY_ID", "PROJECT_ID"
),
verdicts AS (
  -- What somebody decided, and the latest time that it was said in the audit trail.
  SELECT
    analysis."COMPONENT_ID" AS component_id,
    analysis."VULNERABILITY_ID" AS vulnerability_id,
    analysis."STATE" AS state,
    analysis."SUPPRESSED" AS is_suppressed,
    analysis."SEVERITY"::text AS severity,
    coalesce(analysis."CVSSV4SCORE", analysis."CVSSV3SCORE", analysis."CVSSV2SCORE") AS cvss,
    max(comment."TIMESTAMP") FILTER (
      WHERE comment."COMMENT" LIKE 'Analysis: %' || analysis."STATE" OR comment."COMMENT" = 'Suppressed'
    ) AS at
  FROM "ANALYSIS" AS analysis
  LEFT JOIN "ANALYSISCOMMENT" AS comment ON comment."ANALYSIS_ID" = analysis."ID"
  GROUP BY analysis."ID", analysis."COMPONENT_ID", analysis."VULNERABILITY_ID", analysis."STATE",
    analysis."SUPPRESSED", analysis."SEVERITY", analysis."CVSSV4SCORE", analysis."CVSSV3SCORE", analysis."CVSSV2SCORE"
),
findings AS (
  SELECT
    reports.*,
    verdicts.state,
    verdicts.severity,
    verdicts.cvss,
    -- A verdict without an audit trail, as an import of a VEX may leave it, is as old as the report.
    coalesce(verdicts.at, reports.found_at) AS verdict_at,
    CASE
      WHEN verdicts.state = 'FALSE_POSITIVE' THEN 'false_positive'
      WHEN verdicts.state = 'NOT_AFFECTED' THEN 'not_affected'
      WHEN verdicts.state = 'RESOLVED' THEN 'fixed'
      WHEN verdicts.is_suppressed THEN 'suppressed'
    END AS verdict
  FROM reports
  LEFT JOIN verdicts
    ON verdicts.component_id = reports.component_id AND verdicts.vulnerability_id = reports.vulnerability_id
)
SELECT
  findings.component_id || '-' || findings.vulnerability_id AS finding_id,
  findings.project_id::text AS asset_id,
  NULL::timestamptz AS introduced_at,
  findings.found_at,
  CASE WHEN findings.verdict = 'fixed' THEN findings.verdict_at END AS fixed_at,
  -- An upgrade deletes the component with its findings: no fix is ever seen to be verified.
  NULL::timestamptz AS verified_at,
  CASE WHEN findings.verdict IS NULL THEN findings.withdrawn_at ELSE least(findings.verdict_at, findings.withdrawn_at) END
    AS closed_at,
  NULL::timestamptz AS reopened_at,
  NULL::timestamptz AS accepted_at,
  NULL::timestamptz AS acceptance_ends_at,
  findings.found_at AS ingested_at,
  vulnerability."VULNID" || ' in ' || component."NAME" AS title,
  lower(nullif(coalesce(findings.severity, vulnerability."SEVERITY"::text), 'UNASSIGNED')) AS severity,
  CASE WHEN findings.state = 'EXPLOITABLE' THEN 'confirmed' ELSE 'unverified' END AS validation,
  NULL::boolean AS exploitable,
  NULL::text AS environment,
  coalesce(findings.verdict, CASE WHEN findings.withdrawn_at IS NOT NULL THEN 'withdrawn' END) AS resolution,
  -- The first of a list of numbers.
  'CWE-' || nullif(split_part(vulnerability."CWES", ',', 1), '') AS cwe,
  CASE WHEN vulnerability."VULNID" LIKE 'CVE-%' THEN vulnerability."VULNID" END::text AS cve,
  coalesce(
    findings.cvss, vulnerability."CVSSV4SCORE", vulnerability."CVSSV3BASESCORE", vulnerability."CVSSV2BASESCORE"
  )::double precision AS cvss,
  epss."SCORE"::double precision AS epss,
  NULL::timestamptz AS known_exploited_at,
  NULL::timestamptz AS known_exploited_due_at,
  1::double precision AS episode,
  NULL::timestamptz AS previous_closed_at
FROM findings
JOIN "COMPONENT" AS component ON component."ID" = findings.component_id
JOIN "VULNERABILITY" AS vulnerability ON vulnerability."ID" = findings.vulnerability_id
LEFT JOIN "EPSS" AS epss ON epss."CVE" = vulnerability."VULNID"

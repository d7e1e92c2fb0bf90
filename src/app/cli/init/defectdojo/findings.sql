-- Findings of DefectDojo 2.50 or newer that are no duplicates: one row for each time that a finding was open.
WITH imports AS (
  -- `at` is the date that was given for the report, else when it was imported. A complete report closes what it
  -- does not name.
  SELECT
    id,
    test_id,
    coalesce((import_settings ->> 'scan_date')::timestamptz, created) AS at,
    type = 'reimport' AND coalesce(import_settings ->> 'close_old_findings' = 'true', false) AS is_complete
  FROM dojo_test_import
),
turns AS (
  -- What imports closed (C) and reopened (R), each with the turn before it.
  SELECT
    action.finding_id,
    action.action,
    imports.at,
    lag(action.action) OVER turn AS action_before,
    lag(imports.at) OVER turn AS at_before
  FROM dojo_test_import_finding_action AS action
  JOIN imports ON imports.id = action.test_import_id
  WHERE action.action IN ('C', 'R')
  WINDOW turn AS (PARTITION BY action.finding_id ORDER BY imports.at, action.id)
),
ended AS (
  SELECT
    finding_id,
    row_number() OVER episode AS episode,
    lag(at) OVER episode AS found_at,
    lag(at_before) OVER episode AS previous_closed_at,
    at_before AS closed_at,
    at AS reopened_at
  FROM turns
  WHERE action = 'R' AND action_before = 'C'
  WINDOW episode AS (PARTITION BY finding_id ORDER BY at)
),
last_ended AS (
  SELECT DISTINCT ON (finding_id) finding_id, episode, closed_at, reopened_at
  FROM ended
  ORDER BY finding_id, episode DESC
),
acceptances AS (
  -- The latest acceptance of a finding, as long as it runs or if it ran out.
  SELECT DISTINCT ON (link.finding_id) link.finding_id, acceptance.created, acceptance.expiration_date
  FROM dojo_risk_acceptance_accepted_findings AS link
  JOIN dojo_risk_acceptance AS acceptance ON acceptance.id = link.risk_acceptance_id
  JOIN dojo_finding AS finding ON finding.id = link.finding_id
  WHERE finding.risk_accepted OR acceptance.expiration_date_handled IS NOT NULL
  ORDER BY link.finding_id, acceptance.created DESC, acceptance.id DESC
),
looks AS (
  -- An import closed the finding because its report no longer named it,
  SELECT finding.id AS finding_id, finding.mitigated AS at
  FROM dojo_finding AS finding
  JOIN dojo_test_import_finding_action AS action ON action.finding_id = finding.id AND action.action = 'C'
  JOIN imports ON imports.id = action.test_import_id AND imports.at >= finding.mitigated
  UNION ALL
  -- or somebody closed it, and the next complete report of its test did not name it either.
  SELECT finding.id, imports.at
  FROM dojo_finding AS finding
  JOIN imports ON imports.test_id = finding.test_id AND imports.is_complete AND imports.at >= finding.mitigated
  WHERE NOT EXISTS (
    SELECT FROM dojo_test_import_finding_action AS action
    WHERE action.test_import_id = imports.id AND action.finding_id = finding.id
  )
),
verified AS (
  SELECT finding_id, min(at) AS at FROM looks GROUP BY finding_id
),
episodes AS (
  SELECT
    finding_id,
    episode,
    found_at,
    'fixed' AS resolution,
    closed_at AS fixed_at,
    closed_at AS verified_at,
    closed_at,
    reopened_at,
    NULL::timestamptz AS accepted_at,
    NULL::timestamptz AS acceptance_ends_at,
    previous_closed_at
  FROM ended
  UNION ALL
  SELECT
    finding.id,
    coalesce(last_ended.episode, 0) + 1,
    last_ended.reopened_at,
    status.resolution,
    CASE WHEN status.resolution = 'fixed' THEN status.closed_at END,
    CASE WHEN status.resolution = 'fixed' THEN verified.at END,
    status.closed_at,
    NULL,
    CASE
      WHEN acceptances.finding_id IS NOT NULL THEN greatest(acceptances.created, finding.created)
      -- Accepted without a form: nothing else has changed the status since.
      WHEN finding.risk_accepted THEN finding.last_status_update
    END,
    acceptances.expiration_date,
    last_ended.closed_at
  FROM dojo_finding AS finding
  LEFT JOIN last_ended ON last_ended.finding_id = finding.id
  LEFT JOIN acceptances ON acceptances.finding_id = finding.id
  LEFT JOIN verified ON verified.finding_id = finding.id
  CROSS JOIN LATERAL (
    SELECT
      CASE
        WHEN finding.false_p THEN 'false_positive'
        WHEN finding.out_of_scope THEN 'out_of_scope'
        WHEN finding.is_mitigated THEN 'fixed'
        WHEN finding.active OR finding.risk_accepted OR finding.under_review THEN NULL
        ELSE 'inactive'
      END AS resolution,
      CASE
        WHEN finding.is_mitigated OR finding.false_p OR finding.out_of_scope
          THEN coalesce(finding.mitigated, finding.last_status_update)
        WHEN finding.active OR finding.risk_accepted OR finding.under_review THEN NULL
        ELSE coalesce(finding.last_status_update, finding.updated)
      END AS closed_at
  ) AS status
)
SELECT
  finding.id::text || CASE WHEN episodes.episode = 1 THEN '' ELSE '-' || episodes.episode END AS finding_id,
  engagement.product_id::text AS asset_id,
  -- When a flaw came in is not recorded.
  NULL::timestamptz AS introduced_at,
  -- Where the calendar has another zone, days begin in that.
  coalesce(episodes.found_at, finding.date::timestamp AT TIME ZONE 'UTC') AS found_at,
  episodes.fixed_at,
  episodes.verified_at,
  episodes.closed_at,
  episodes.reopened_at,
  episodes.accepted_at,
  episodes.acceptance_ends_at,
  coalesce(episodes.found_at, finding.created) AS ingested_at,
  finding.title::text AS title,
  lower(finding.severity) AS severity,
  CASE WHEN finding.verified THEN 'confirmed' ELSE 'unverified' END AS validation,
  -- `false` is also what was never looked up.
  nullif(finding.known_exploited OR finding.ransomware_used, false) AS exploitable,
  lower(environment.name) AS environment,
  episodes.resolution,
  'CWE-' || nullif(finding.cwe, 0) AS cwe,
  finding.cve::text AS cve,
  coalesce(finding.cvssv3_score, finding.cvssv4_score) AS cvss,
  finding.epss_score AS epss,
  finding.kev_date::timestamp AT TIME ZONE 'UTC' AS known_exploited_at,
  -- Only the day of listing is recorded.
  NULL::timestamptz AS known_exploited_due_at,
  episodes.episode::double precision AS episode,
  episodes.previous_closed_at
FROM episodes
JOIN dojo_finding AS finding ON finding.id = episodes.finding_id
JOIN dojo_test AS test ON test.id = finding.test_id
JOIN dojo_engagement AS engagement ON engagement.id = test.engagement_id
LEFT JOIN dojo_development_environment AS environment ON environment.id = test.environment_id
WHERE finding.duplicate_finding_id IS NULL

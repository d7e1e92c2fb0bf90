-- The tables of DefectDojo with the columns that the SELECTs read, and made-up rows.
CREATE TABLE dojo_product_type (id integer, name varchar(255), critical_product boolean);
CREATE TABLE dojo_product (
  id integer, name varchar(255), prod_type_id integer, business_criticality varchar(9), platform varchar(11),
  lifecycle varchar(12), external_audience boolean, internet_accessible boolean, created timestamptz, updated timestamptz
);
CREATE TABLE dojo_engagement (id integer, product_id integer, status varchar(2000));
CREATE TABLE dojo_development_environment (id integer, name varchar(200));
CREATE TABLE dojo_test_type (id integer, name varchar(200), static_tool boolean, dynamic_tool boolean);
CREATE TABLE dojo_test (
  id integer, engagement_id integer, test_type_id integer, environment_id integer, target_end timestamptz,
  percent_complete integer
);
CREATE TABLE dojo_test_import (id integer, test_id integer, type varchar(64), import_settings jsonb, created timestamptz);
CREATE TABLE dojo_finding (
  id integer, test_id integer, title varchar(511), severity varchar(200), date date, created timestamptz,
  updated timestamptz, last_status_update timestamptz, active boolean, verified boolean, false_p boolean,
  out_of_scope boolean, risk_accepted boolean, under_review boolean, is_mitigated boolean, mitigated timestamptz,
  duplicate_finding_id integer, cwe integer, cve varchar(50), cvssv3_score double precision,
  cvssv4_score double precision, epss_score double precision, known_exploited boolean, ransomware_used boolean,
  kev_date date
);
CREATE TABLE dojo_test_import_finding_action (id integer, test_import_id integer, finding_id integer, action varchar(100));
CREATE TABLE dojo_risk_acceptance (
  id integer, created timestamptz, expiration_date timestamptz, expiration_date_handled timestamptz
);
CREATE TABLE dojo_risk_acceptance_accepted_findings (id integer, risk_acceptance_id integer, finding_id integer);

SET timezone = 'UTC';

INSERT INTO dojo_product_type VALUES (1, 'Payments', false), (2, 'Platform', true);
INSERT INTO dojo_product VALUES
  (1, 'shop', 1, 'very high', 'web', 'production', true, true, '2025-01-10', '2026-03-01'),
  (2, 'ledger', 1, 'high', 'web service', 'production', true, false, '2025-01-10', '2025-01-10'),
  (3, 'portal', 2, 'medium', 'web', NULL, false, false, '2025-03-01', '2025-03-01'),
  (4, 'next', 2, NULL, 'mobile', 'construction', false, false, '2026-01-01', '2026-01-01'),
  (5, 'fax', 2, 'none', 'desktop', 'retirement', false, false, '2025-01-10', '2026-02-01');
INSERT INTO dojo_engagement VALUES
  (1, 1, 'In Progress'), (2, 2, 'In Progress'), (3, 3, 'In Progress'), (4, 1, 'Completed'), (5, 2, 'In Progress');
INSERT INTO dojo_development_environment VALUES (1, 'Development'), (2, 'Production'), (3, 'Staging');
INSERT INTO dojo_test_type VALUES
  (1, 'ZAP Scan', false, true), (2, 'Semgrep JSON Report', true, false), (3, 'Pen Test', false, false);
INSERT INTO dojo_test VALUES
  (1, 1, 2, 1, '2026-03-20', 100),
  (2, 1, 1, 3, '2026-01-10', 100),
  (3, 2, 2, 1, '2026-03-10', 100),
  (4, 4, 3, 2, '2026-02-20', NULL),
  (5, 3, 2, 1, '2026-02-25', 100),
  -- Half done, and planned.
  (6, 5, 3, 2, '2026-03-25', 50),
  (7, 5, 3, 2, '2126-01-01', NULL);
INSERT INTO dojo_test_import VALUES
  (1, 1, 'import', '{"scan_date": null, "close_old_findings": false}', '2026-01-05'),
  (2, 1, 'reimport', '{"scan_date": null, "close_old_findings": true}', '2026-02-02'),
  (3, 1, 'reimport', '{"scan_date": null, "close_old_findings": true}', '2026-03-02'),
  -- Imported two days after the scan.
  (4, 2, 'import', '{"scan_date": "2026-01-10T00:00:00+00:00", "close_old_findings": false}', '2026-01-12'),
  (5, 3, 'import', NULL, '2026-01-20'),
  -- Not complete: what it does not name stays as it is.
  (6, 3, 'reimport', '{"scan_date": null, "close_old_findings": false}', '2026-02-20'),
  (7, 3, 'reimport', '{"scan_date": null, "close_old_findings": true}', '2026-03-10'),
  (8, 1, 'reimport', '{"scan_date": null, "close_old_findings": true}', '2026-03-20'),
  (9, 5, 'import', '{"scan_date": null, "close_old_findings": true}', '2026-02-25');
-- id, test, title, severity, date, created, updated, last status, active, verified, false_p, out of scope, accepted,
-- under review, mitigated, original, cwe, cve, scores, exploited
INSERT INTO dojo_finding VALUES
  -- Closed by an import after 56 days.
  (1, 1, 'SQL injection', 'Critical', '2026-01-05', '2026-01-05', '2026-03-02', '2026-03-02',
   false, true, false, false, false, false, true, '2026-03-02', NULL, 89, NULL, 9.8, NULL, NULL, false, false, NULL),
  -- Closed by an import after 28 days, back a month later, closed again after 18 days.
  (2, 1, 'Hard-coded key', 'High', '2026-01-05', '2026-01-05', '2026-03-20', '2026-03-20',
   false, false, false, false, false, false, true, '2026-03-20', NULL, 798, NULL, NULL, NULL, NULL, false, false, NULL),
  (3, 1, 'Open redirect', 'Medium', '2026-01-05', '2026-01-05', '2026-01-05', '2026-01-05',
   true, false, false, false, false, false, false, NULL, NULL, 601, NULL, NULL, 5.3, NULL, false, false, NULL),
  -- The same, seen by another tool.
  (4, 2, 'Open redirect', 'Low', '2026-01-10', '2026-01-12', '2026-01-12', '2026-01-12',
   false, false, false, false, false, false, false, NULL, 3, 601, NULL, NULL, NULL, NULL, false, false, NULL),
  (5, 2, 'Missing header', 'High', '2026-01-10', '2026-01-12', '2026-01-15', '2026-01-15',
   false, false, true, false, false, false, true, '2026-01-15', NULL, 0, NULL, NULL, NULL, NULL, false, false, NULL),
  -- Closed by hand after 21 days; the report after 49 days is the first complete one without it.
  (6, 3, 'Path traversal', 'High', '2026-01-20', '2026-01-20', '2026-02-10', '2026-02-10',
   false, true, false, false, false, false, true, '2026-02-10', NULL, 22, NULL, 7.5, NULL, NULL, false, false, NULL),
  -- Accepted until the 20th of April.
  (7, 3, 'Log4j', 'Critical', '2026-01-20', '2026-01-20', '2026-02-01', '2026-02-01',
   false, true, false, false, true, false, false, NULL, NULL, 502, 'CVE-2021-44228', 10.0, NULL, 0.94, true, false, '2021-12-10'),
  -- Accepted until the first of March, open again since.
  (8, 3, 'Weak cipher', 'Medium', '2026-01-20', '2026-01-20', '2026-03-01', '2026-03-01',
   true, false, false, false, false, false, false, NULL, NULL, 327, NULL, 5.9, NULL, NULL, false, false, NULL),
  -- Accepted without a form.
  (9, 3, 'Verbose error', 'Low', '2026-01-20', '2026-01-20', '2026-02-15', '2026-02-15',
   false, false, false, false, true, false, false, NULL, NULL, 209, NULL, NULL, NULL, NULL, false, false, NULL),
  (10, 4, 'Account takeover', 'Critical', '2026-02-18', '2026-02-20', '2026-02-20', '2026-02-20',
   true, true, false, false, false, false, false, NULL, NULL, 287, NULL, 9.1, NULL, NULL, false, true, NULL),
  -- Neither closed nor accepted, only inactive.
  (11, 5, 'Old comment', 'Info', '2026-02-25', '2026-02-25', '2026-03-05', '2026-03-05',
   false, false, false, false, false, false, false, NULL, NULL, NULL, NULL, NULL, NULL, NULL, false, false, NULL),
  (12, 5, 'Test page', 'Low', '2026-02-25', '2026-02-25', '2026-03-01', '2026-03-01',
   false, false, false, true, false, false, true, '2026-03-01', NULL, NULL, NULL, NULL, NULL, NULL, false, false, NULL),
  (13, 2, 'Cross-site scripting', 'High', '2026-01-10', '2026-01-12', '2026-02-01', '2026-02-01',
   true, false, false, false, false, true, false, NULL, NULL, 79, NULL, 6.1, NULL, NULL, false, false, NULL),
  -- Closed by hand; nobody has looked since.
  (14, 5, 'Debug mode', 'Medium', '2026-02-25', '2026-02-25', '2026-03-15', '2026-03-15',
   false, false, false, false, false, false, true, '2026-03-15', NULL, 489, NULL, NULL, NULL, NULL, false, false, NULL);
INSERT INTO dojo_test_import_finding_action VALUES
  (1, 1, 1, 'N'), (2, 1, 2, 'N'), (3, 1, 3, 'N'),
  (4, 2, 1, 'U'), (5, 2, 2, 'C'), (6, 2, 3, 'U'),
  (7, 3, 1, 'C'), (8, 3, 2, 'R'), (9, 3, 3, 'U'),
  (10, 8, 2, 'C'), (11, 8, 3, 'U'),
  (12, 4, 4, 'N'), (13, 4, 5, 'N'), (14, 4, 13, 'N'),
  (15, 5, 6, 'N'), (16, 5, 7, 'N'), (17, 5, 8, 'N'), (18, 5, 9, 'N'),
  (19, 6, 7, 'U'), (20, 6, 8, 'U'), (21, 6, 9, 'U'),
  (22, 7, 7, 'U'), (23, 7, 8, 'U'), (24, 7, 9, 'U'),
  (25, 9, 11, 'N'), (26, 9, 12, 'N'), (27, 9, 14, 'N');
INSERT INTO dojo_risk_acceptance VALUES
  (1, '2026-02-01', '2026-04-20', NULL), (2, '2026-02-01', '2026-03-01', '2026-03-01');
INSERT INTO dojo_risk_acceptance_accepted_findings VALUES (1, 1, 7), (2, 2, 8);

-- The tables of Dependency-Track 5 with the columns that the SELECTs read, and made-up rows.
CREATE TYPE severity AS ENUM ('UNASSIGNED', 'INFO', 'LOW', 'MEDIUM', 'HIGH', 'CRITICAL');
CREATE TABLE "TEAM" ("ID" bigint, "NAME" varchar(255));
CREATE TABLE "PROJECT" (
  "ID" bigint, "NAME" varchar(255), "VERSION" varchar(255), "CLASSIFIER" varchar(255), "INACTIVE_SINCE" timestamptz,
  "LAST_VULNERABILITY_ANALYSIS" timestamptz
);
CREATE TABLE "PROJECT_ACCESS_TEAMS" ("PROJECT_ID" bigint, "TEAM_ID" bigint);
CREATE TABLE "BOM" ("ID" bigint, "PROJECT_ID" bigint, "IMPORTED" timestamptz);
CREATE TABLE "COMPONENT" ("ID" bigint, "PROJECT_ID" bigint, "NAME" varchar(255));
CREATE TABLE "VULNERABILITY" (
  "ID" bigint, "VULNID" varchar(255), "SEVERITY" severity, "CWES" varchar(255), "CVSSV2BASESCORE" numeric,
  "CVSSV3BASESCORE" numeric, "CVSSV4SCORE" numeric
);
CREATE TABLE "EPSS" ("ID" bigint, "CVE" text, "SCORE" numeric);
CREATE TABLE "FINDINGATTRIBUTION" (
  "ID" bigint, "PROJECT_ID" bigint, "COMPONENT_ID" bigint, "VULNERABILITY_ID" bigint, "ANALYZERIDENTITY" varchar(255),
  "ATTRIBUTED_ON" timestamptz, "DELETED_AT" timestamptz
);
CREATE TABLE "ANALYSIS" (
  "ID" bigint, "COMPONENT_ID" bigint, "VULNERABILITY_ID" bigint, "STATE" varchar(255), "SUPPRESSED" boolean,
  "SEVERITY" severity, "CVSSV2SCORE" numeric, "CVSSV3SCORE" numeric, "CVSSV4SCORE" numeric
);
CREATE TABLE "ANALYSISCOMMENT" ("ID" bigint, "ANALYSIS_ID" bigint, "TIMESTAMP" timestamptz, "COMMENT" text);

SET timezone = 'UTC';

INSERT INTO "TEAM" VALUES (1, 'payments'), (2, 'auditors');
INSERT INTO "PROJECT" VALUES
  (1, 'shop', '2.0', 'APPLICATION', NULL, '2026-03-20'),
  (2, 'ledger', NULL, 'CONTAINER', NULL, NULL),
  (3, 'fax', '1.0', 'APPLICATION', '2026-02-01', NULL);
INSERT INTO "PROJECT_ACCESS_TEAMS" VALUES (1, 1), (1, 2), (2, 1);
INSERT INTO "BOM" VALUES (1, 1, '2026-01-05'), (2, 1, '2026-02-01'), (3, 2, '2026-01-20'), (4, 3, '2025-06-01');
INSERT INTO "COMPONENT" VALUES (1, 1, 'log4j-core'), (2, 1, 'lodash'), (3, 2, 'openssl');
INSERT INTO "VULNERABILITY" VALUES
  (1, 'CVE-2021-44228', 'CRITICAL', '20,400', 9.3, 10.0, NULL),
  (2, 'GHSA-jf85-cpcp-j695', 'HIGH', '1321', NULL, 7.4, NULL),
  (3, 'CVE-2026-0001', 'MEDIUM', NULL, NULL, NULL, 6.9),
  (4, 'CVE-2026-0002', 'UNASSIGNED', NULL, NULL, NULL, NULL),
  (5, 'CVE-2026-0003', 'LOW', NULL, NULL, 3.1, NULL);
INSERT INTO "EPSS" VALUES (1, 'CVE-2021-44228', 0.94);
INSERT INTO "FINDINGATTRIBUTION" VALUES
  -- Two analyzers, one of which no longer reports it: open.
  (1, 1, 1, 1, 'INTERNAL_ANALYZER', '2026-01-05', NULL),
  (2, 1, 1, 1, 'OSSINDEX_ANALYZER', '2026-01-06', '2026-02-01'),
  (3, 1, 2, 2, 'INTERNAL_ANALYZER', '2026-01-05', NULL),
  (4, 2, 3, 3, 'INTERNAL_ANALYZER', '2026-01-20', NULL),
  -- Withdrawn by both.
  (5, 2, 3, 4, 'INTERNAL_ANALYZER', '2026-01-20', '2026-02-10'),
  (6, 2, 3, 4, 'OSSINDEX_ANALYZER', '2026-01-21', '2026-02-20'),
  (7, 2, 3, 5, 'INTERNAL_ANALYZER', '2026-02-01', NULL),
  (8, 1, 2, 5, 'INTERNAL_ANALYZER', '2026-02-01', NULL);
INSERT INTO "ANALYSIS" VALUES
  (1, 1, 1, 'EXPLOITABLE', false, NULL, NULL, NULL, NULL),
  (2, 2, 2, 'RESOLVED', false, NULL, NULL, NULL, NULL),
  -- Of high severity, somebody says.
  (3, 3, 3, 'IN_TRIAGE', false, 'HIGH', NULL, NULL, 8.1),
  (4, 3, 5, 'FALSE_POSITIVE', true, NULL, NULL, NULL, NULL),
  (5, 2, 5, 'NOT_SET', true, NULL, NULL, NULL, NULL);
INSERT INTO "ANALYSISCOMMENT" VALUES
  (1, 1, '2026-01-10', 'Analysis: NOT_SET → EXPLOITABLE'),
  (2, 2, '2026-01-25', 'Analysis: NOT_SET → RESOLVED'),
  (3, 2, '2026-02-25', 'Seen again? No.'),
  (4, 4, '2026-02-03', 'Analysis: NOT_SET → FALSE_POSITIVE'),
  (5, 5, '2026-02-15', 'Suppressed');

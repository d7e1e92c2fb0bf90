# Functions that every program may use, besides those of jq. Not written in jq, and so not here:
#
# list           one or many: XML gives one element as itself and several as an array; absent is none
# text           the text of an XML element, or any scalar as text; null if there is none or it is blank
# first_of(f)    the first of several candidates that is there: first_of(.a, .b)
# image_name     a container image without tag and digest: "shop:1.4 (debian 12.1)" is "shop"
# workspace_path a path without the folder of the build server that it stands in; null if it is none
# column_name    the name of a column as tables declare it: "Asset ID " is "asset_id"
# columns        rows by such names; two columns of one name are a mistake
# number         a number given as one or as text; null if it is none
# cwes           every CWE number named anywhere inside: "CWE-079", "external/cwe/cwe-79", "CWE 79"
# cwe_numbers    CWE numbers given as numbers or digits: 79, "79", "CWE-79", "16, 200"; 0 and -1 mean none
# advisories     every advisory id named anywhere inside, as its register writes it: CVE-2021-44228, GHSA-…

# Whether a text has a match at all.
def test(re; flags): is_match(re; flags);
def test(re): is_match(re; "");
# The word of a CVSS score (FIRST, CVSS v3.1 section 5); null without one.
def cvss_word: number | if . == null then null elif . >= 9 then "critical" elif . >= 7 then "high" elif . >= 4 then "medium" elif . > 0 then "low" else "info" end;
# Milliseconds or seconds since 1970 as an instant.
def from_millis: number | if . == null then null else (. / 1000 | floor | todate) end;
def from_seconds: number | if . == null then null else (floor | todate) end;

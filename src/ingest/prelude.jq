# One or many: XML gives one element as itself and several as an array; absent is none.
def list: if . == null then [] elif type == "array" then . else [.] end;
# The text of an XML element, or any scalar as text; null if there is none or it is blank.
def text:
  if . == null then null
  elif type == "string" then trim
  elif type == "object" then (.["#text"] | if . == null then null else tostring | trim end)
  elif type == "array" then ([.[] | text | select(. != null)] | join(" "))
  else tostring end
  | if . == "" then null else . end;
# The first of several candidates that is there: first_of(.a; .b) is written first_of(.a, .b).
def first_of(candidates): [candidates | select(. != null and . != "")] | .[0];
# Every CWE number named anywhere inside: "CWE-079", "external/cwe/cwe-79", "CWE 79".
def cwes: [.. | strings | select(ascii_downcase | contains("cwe")) | match("cwe([-_: /]| ID )*0*([1-9][0-9]*)"; "gi") | .captures[1].string | tonumber] | unique;
# CWE numbers given as numbers or digits: 79, "79", "CWE-79", "16, 200"; 0 and -1 mean none.
def cwe_numbers: [list[] | (numbers, (strings | split(",")[] | trim | sub("^[^0-9-]*cwe[-_: ]*"; ""; "i") | select(test("^[0-9]+$")) | tonumber)) | select(. > 0)] | unique;
# Every advisory id named anywhere inside, in capitals: CVE-2021-44228, GHSA-….
def advisories: [.. | strings | select(ascii_downcase | contains("cve-") or contains("ghsa-")) | match("\\b(CVE-[0-9]{4}-[0-9]{4,}|GHSA(-[0-9a-z]{4}){3})\\b"; "gi") | .string
  | if test("^cve"; "i") then ascii_upcase else ("GHSA" + (.[4:] | ascii_downcase)) end] | unique;
# A number given as one or as text; null if it is none.
def number: if type == "number" then . elif type == "string" and test("^\\s*[-+]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][-+]?[0-9]+)?\\s*$") then (sub("^\\s*[+]?"; "") | sub("\\s+$"; "") | tonumber) else null end;
# The word of a CVSS score (FIRST, CVSS v3.1 section 5); null without one.
def cvss_word: number | if . == null then null elif . >= 9 then "critical" elif . >= 7 then "high" elif . >= 4 then "medium" elif . > 0 then "low" else "info" end;
# Milliseconds or seconds since 1970 as an instant.
def from_millis: number | if . == null then null else (. / 1000 | floor | todate) end;
def from_seconds: number | if . == null then null else (floor | todate) end;

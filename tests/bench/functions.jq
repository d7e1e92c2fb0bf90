# What programs of sources may use beyond jq 1.6, written in jq itself.
def trim: if type == "string" then sub("^\\s+"; "") | sub("\\s+$"; "") else . end;
def list: if . == null then [] elif type == "array" then . else [.] end;
def text:
  if . == null then null
  elif type == "string" then trim
  elif type == "object" then (.["#text"] | if . == null then null else tostring | trim end)
  elif type == "array" then ([.[] | text | select(. != null)] | join(" "))
  else tostring end
  | if . == "" then null else . end;
# Not the first that is found, but all that are there: jq 1.6 has no cheaper way that keeps null.
def first_of(candidates): [candidates | select(. != null and . != "")] | .[0];
def number:
  if type == "number" then .
  elif type == "string" and test("^\\s*[-+]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][-+]?[0-9]+)?\\s*$")
  then (sub("^\\s*[+]?"; "") | sub("\\s+$"; "") | tonumber) else null end;
def cwes: [.. | strings | select(ascii_downcase | contains("cwe"))
  | match("cwe([-_: /]| ID )*0*([1-9][0-9]*)"; "gi") | .captures[1].string | tonumber] | unique;
def cwe_numbers: [list[] | (numbers, (strings | split(",")[] | trim | sub("^[^0-9-]*cwe[-_: ]*"; ""; "i")
  | select(test("^[0-9]+$")) | tonumber)) | select(. > 0)] | unique;
def advisories: [.. | strings | select(ascii_downcase | contains("cve-") or contains("ghsa-"))
  | match("\\b(CVE-[0-9]{4}-[0-9]{4,}|GHSA(-[0-9a-z]{4}){3})\\b"; "gi") | .string
  | if test("^cve"; "i") then ascii_upcase else ("GHSA" + (.[4:] | ascii_downcase)) end] | unique;
def cvss_word: number | if . == null then null elif . >= 9 then "critical" elif . >= 7 then "high"
  elif . >= 4 then "medium" elif . > 0 then "low" else "info" end;
def from_millis: number | if . == null then null else (. / 1000 | floor | todate) end;
def from_seconds: number | if . == null then null else (floor | todate) end;

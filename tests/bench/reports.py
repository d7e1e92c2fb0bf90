"""Writes one large report, seeded: python3 reports.py FORMAT MEGABYTES FILE

Formats: sarif (one run of a static analysis), cyclonedx (components and their vulnerabilities), nuclei
(a hit a line), nessus (hosts and their items, XML), checkmarx (queries, results and paths, XML), tenable (CSV), openvas (results, XML),
xccdf (rules and their results, XML), fortify (issues in groups, XML), kiuwan (CSV), register (assets, CSV). Names and texts are invented, their lengths are those of real reports.
"""

import csv
import json
import random
import sys

WORDS = (
    "input request value user session query token header buffer handler parser template cookie path "
    "field server client response upload filter encoder validator account invoice order report"
).split()
SEVERITIES = ["info", "low", "medium", "high", "critical"]


def prose(chance, words):
    return " ".join(chance.choice(WORDS) for _ in range(words))


def sarif(chance, size, out):
    rules = [
        {
            "id": f"example/rule-{number}",
            "name": f"Rule{number}",
            "shortDescription": {"text": prose(chance, 6)},
            "fullDescription": {"text": prose(chance, 25)},
            "defaultConfiguration": {"level": chance.choice(["error", "warning", "note"])},
            "properties": {
                "tags": ["security", f"external/cwe/cwe-{chance.randrange(20, 1300):03}"],
                "precision": chance.choice(["high", "medium"]),
                "security-severity": f"{chance.uniform(1, 10):.1f}",
            },
        }
        for number in range(400)
    ]
    driver = {"name": "Example Analysis", "semanticVersion": "4.2.0", "rules": rules}
    out.write('{"$schema": "https://json.schemastore.org/sarif-2.1.0.json", "version": "2.1.0", "runs": [{"tool": ')
    out.write(json.dumps({"driver": driver}))
    out.write(
        ', "invocations": [{"executionSuccessful": true, "endTimeUtc": "2026-03-31T10:00:00Z"}],'
        ' "versionControlProvenance": [{"repositoryUri": "https://git.example/shop"}], "results": [\n'
    )
    comma = ""
    while out.tell() < size:
        rule = chance.randrange(len(rules))
        line = chance.randrange(1, 4000)
        region = {"startLine": line, "startColumn": 9, "endColumn": 40, "snippet": {"text": prose(chance, 8)}}
        result = {
            "ruleId": rules[rule]["id"],
            "ruleIndex": rule,
            "level": "warning",
            "message": {"text": prose(chance, 20)},
            "locations": [
                {
                    "physicalLocation": {
                        "artifactLocation": {
                            "uri": f"src/{chance.choice(WORDS)}/{chance.choice(WORDS)}{chance.randrange(900)}.java",
                            "uriBaseId": "%SRCROOT%",
                        },
                        "region": region,
                    }
                }
            ],
            "partialFingerprints": {"primaryLocationLineHash": f"{chance.getrandbits(64):016x}:1"},
        }
        out.write(comma + json.dumps(result))
        comma = ",\n"
    out.write("]}]}\n")


def cyclonedx(chance, size, out):
    out.write('{"bomFormat": "CycloneDX", "specVersion": "1.5", "metadata": ')
    out.write(
        json.dumps(
            {
                "timestamp": "2026-03-31T10:00:00Z",
                "tools": [{"name": "example-scanner", "version": "3.1"}],
                "component": {"type": "application", "name": "shop", "bom-ref": "shop"},
            }
        )
    )
    parts = []
    out.write(', "components": [\n')
    comma = ""
    while out.tell() < size // 5:
        name, version = f"{chance.choice(WORDS)}-{len(parts)}", f"{chance.randrange(9)}.{chance.randrange(40)}.1"
        reference = f"pkg:npm/{name}@{version}"
        parts.append(reference)
        part = {
            "type": "library",
            "bom-ref": reference,
            "name": name,
            "version": version,
            "purl": reference,
            "licenses": [{"license": {"id": "MIT"}}],
            "hashes": [{"alg": "SHA-256", "content": f"{chance.getrandbits(256):064x}"}],
        }
        out.write(comma + json.dumps(part))
        comma = ",\n"
    out.write('], "vulnerabilities": [\n')
    comma = ""
    while out.tell() < size:
        year, number = chance.randrange(2012, 2026), chance.randrange(1000, 60000)
        vulnerability = {
            "id": f"CVE-{year}-{number}",
            "source": {"name": "NVD", "url": f"https://nvd.example/CVE-{year}-{number}"},
            "ratings": [
                {
                    "source": {"name": "NVD"},
                    "score": round(chance.uniform(1, 10), 1),
                    "severity": chance.choice(SEVERITIES),
                    "method": "CVSSv31",
                    "vector": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
                }
            ],
            "cwes": [chance.randrange(20, 1300)],
            "description": prose(chance, 60),
            "affects": [{"ref": chance.choice(parts)} for _ in range(chance.choice([1, 1, 1, 2]))],
        }
        out.write(comma + json.dumps(vulnerability))
        comma = ",\n"
    out.write("]}\n")


def nuclei(chance, size, out):
    while out.tell() < size:
        number = chance.randrange(3000)
        host = f"https://app{chance.randrange(200)}.example"
        hit = {
            "template-id": f"example-{number}",
            "template-path": f"/templates/http/example-{number}.yaml",
            "info": {
                "name": f"{prose(chance, 4)} {number}",
                "author": ["somebody"],
                "tags": ["cve", "example"],
                "description": prose(chance, 30),
                "severity": SEVERITIES[number % 5],
                "classification": {
                    "cve-id": [f"cve-{2012 + number % 14}-{1000 + number}"],
                    "cwe-id": [f"cwe-{20 + number % 900}"],
                    "cvss-score": number % 100 / 10,
                },
            },
            "type": "http",
            "host": host,
            "matched-at": f"{host}/{chance.choice(WORDS)}/{chance.randrange(10**9)}?{chance.choice(WORDS)}=1",
            "request": "GET / HTTP/1.1\r\nHost: app.example\r\nUser-Agent: example\r\nConnection: close\r\n\r\n",
            "ip": "192.0.2.7",
            "timestamp": f"2026-03-31T{chance.randrange(10):02}:{chance.randrange(60):02}:00Z",
            "matcher-name": chance.choice(WORDS),
            "matcher-status": True,
        }
        out.write(json.dumps(hit) + "\n")


def nessus(chance, size, out):
    out.write('<?xml version="1.0" ?>\n<NessusClientData_v2>\n<Policy><policyName>Network</policyName></Policy>\n')
    out.write('<Report name="network" xmlns:cm="http://www.nessus.example/cm">\n')
    host = 0
    while out.tell() < size:
        host += 1
        name = f"192.0.{host // 250 % 250}.{host % 250}"
        out.write(f'<ReportHost name="{name}"><HostProperties>\n<tag name="HOST_END_TIMESTAMP">1774951200</tag>\n')
        out.write(f'<tag name="host-fqdn">host{host}.example</tag>\n</HostProperties>\n')
        for _ in range(chance.randrange(10, 60)):
            number = chance.randrange(10000, 90000)
            out.write(
                f'<ReportItem port="{chance.choice([22, 80, 443, 8080])}" svc_name="www" protocol="tcp" severity="{number % 5}" '
                f'pluginID="{number}" pluginName="{prose(chance, 5)} {number}" pluginFamily="Web Servers">\n'
                f"<cvss3_base_score>{number % 100 / 10}</cvss3_base_score>\n<description>{prose(chance, 50)}</description>\n"
                f"<cve>CVE-{2012 + number % 14}-{number}</cve>\n<cwe>{20 + number % 900}</cwe>\n<solution>{prose(chance, 12)}</solution>\n"
                f"<synopsis>{prose(chance, 10)}</synopsis>\n<plugin_output>{prose(chance, 30)}</plugin_output>\n</ReportItem>\n"
            )
        out.write("</ReportHost>\n")
    out.write("</Report>\n</NessusClientData_v2>\n")


def checkmarx(chance, size, out):
    out.write('<?xml version="1.0" encoding="utf-8"?>\n')
    out.write('<CxXMLResults ProjectName="shop" ScanStart="Tuesday, March 31, 2026 10:00:00 AM" CheckmarxVersion="9.5">\n')
    query = 0
    while out.tell() < size:
        query += 1
        out.write(f'<Query id="{query}" cweId="{20 + query % 900}" name="Query_{query}" Severity="High" Language="Java">\n')
        for _ in range(chance.randrange(5, 60)):
            node = chance.randrange(10**9)
            out.write(f'<Result NodeId="{node}" FileName="src/In{node % 900}.java" Status="New" Line="4" FalsePositive="False" Severity="High" state="0" Remark="">\n')
            out.write(f'<Path ResultId="1" PathId="{node}" SimilarityId="{-node}">\n')
            for place in range(chance.randrange(2, 9)):
                out.write(
                    f"<PathNode><FileName>src/{chance.choice(WORDS)}{node % 900}.java</FileName><Line>{place * 7}</Line><Column>9</Column>"
                    f"<NodeId>{place}</NodeId><Name>{chance.choice(WORDS)}</Name><Type></Type><Length>9</Length>"
                    f"<Snippet><Line><Number>{place * 7}</Number><Code>{prose(chance, 8)}</Code></Line></Snippet></PathNode>\n"
                )
            out.write("</Path>\n</Result>\n")
        out.write("</Query>\n")
    out.write("</CxXMLResults>\n")


def tenable(chance, size, out):
    names = "Plugin ID,CVE,CVSS v3.0 Base Score,Risk,Host,Protocol,Port,Name,Synopsis,Description,Solution,See Also,Plugin Output"
    rows = csv.writer(out)
    rows.writerow(names.split(","))
    while out.tell() < size:
        number = chance.randrange(10000, 90000)
        risk = chance.choice(["None", "Low", "Medium", "High", "Critical"])
        host = f"192.0.{chance.randrange(20)}.{chance.randrange(250)}"
        row = [number, f"CVE-{2012 + number % 14}-{number}", number % 100 / 10, risk, host, "tcp", chance.choice([22, 80, 443])]
        texts = [f"{prose(chance, 5)} {number}", prose(chance, 10), prose(chance, 50), prose(chance, 12), "", prose(chance, 30)]
        rows.writerow(row + texts)


def openvas(chance, size, out):
    out.write("<report><report><scan_run_status>Done</scan_run_status><scan_end>2026-03-31T10:00:00Z</scan_end><task><name>weekly</name></task><results>\n")
    while out.tell() < size:
        number = chance.randrange(10**6)
        out.write(
            f'<result id="{number}"><name>{prose(chance, 5)}</name><host>192.0.2.{number % 250}</host><port>443/tcp</port>'
            f'<nvt oid="1.3.6.1.{number % 9000}"><cvss_base>{number % 100 / 10}</cvss_base><tags>summary={prose(chance, 30)}|solution={prose(chance, 20)}</tags>'
            f'<refs><ref type="cve" id="CVE-2024-{1000 + number % 9000}"/></refs></nvt><threat>Medium</threat><severity>5.0</severity>'
            f"<qod><value>80</value></qod><description>{prose(chance, 60)}</description></result>\n"
        )
    out.write("</results></report></report>\n")


def xccdf(chance, size, out):
    out.write('<Benchmark id="b">\n')
    rules = 1500
    for rule in range(1, rules + 1):
        out.write(f'<Rule id="rule_{rule}" severity="medium"><title>{prose(chance, 8)}</title><description>{prose(chance, 60)}</description></Rule>\n')
    out.write('<TestResult end-time="2026-03-31T10:00:00Z" test-system="cpe:/a:redhat:openscap:1.3.7"><target>host</target>\n')
    place = 0
    while out.tell() < size:
        place += 1
        out.write(f'<rule-result idref="rule_{1 + place % rules}" severity="medium"><result>fail</result><instance>{place} {prose(chance, 12)}</instance></rule-result>\n')
    out.write("</TestResult></Benchmark>\n")


def fortify(chance, size, out):
    out.write("<ReportDefinition><ReportSection><SubSection><IssueListing><Chart>\n")
    number = 0
    while out.tell() < size:
        out.write(f"<GroupingSection><groupTitle>{prose(chance, 3)}</groupTitle>\n")
        for _ in range(chance.randrange(5, 60)):
            number += 1
            out.write(
                f'<Issue iid="I{number}" ruleID="R-{number % 300}"><Category>{prose(chance, 3)}</Category><Folder>High</Folder><Abstract>{prose(chance, 40)}</Abstract>'
                f"<Friority>High</Friority><Primary><FileName>A.java</FileName><FilePath>src/{number % 900}/A.java</FilePath><LineStart>{number % 700}</LineStart>"
                f"<Snippet>{prose(chance, 40)}</Snippet></Primary></Issue>\n"
            )
        out.write("</GroupingSection>\n")
    out.write("</Chart></IssueListing></SubSection></ReportSection></ReportDefinition>\n")


def kiuwan(chance, size, out):
    rows = csv.writer(out)
    rows.writerow("Rule code,Rule,Priority,CWE,Software characteristic,Vulnerability type,Language,File,Line number,Line text,Source file,Source line text,Status".split(","))
    while out.tell() < size:
        number = chance.randrange(10**6)
        rows.writerow(
            [f"OPT.{number % 300}", prose(chance, 8), "High", 79, "Security", prose(chance, 3), "Java", f"src/{number % 900}/A.java", number % 700]
            + [prose(chance, 12), f"src/{number % 700}/B.java", prose(chance, 12), "NONE"]
        )


def register(chance, size, out):
    rows = csv.writer(out)
    rows.writerow("asset_id,name,kind,criticality,exposure,business_critical,team,commissioned_at".split(","))
    number = 0
    while out.tell() < size:
        number += 1
        rows.writerow([f"A{number}", prose(chance, 4), "web", "high", "internet", "yes", chance.choice(WORDS), "2025-01-01"])


FORMATS = {"sarif": sarif, "cyclonedx": cyclonedx, "nuclei": nuclei, "nessus": nessus, "checkmarx": checkmarx, "tenable": tenable} | {
    "openvas": openvas,
    "xccdf": xccdf,
    "fortify": fortify,
    "kiuwan": kiuwan,
    "register": register,
}


def main():
    form, megabytes, path = sys.argv[1:]
    with open(path, "w") as out:
        FORMATS[form](random.Random(7), int(float(megabytes) * 1e6), out)


main()

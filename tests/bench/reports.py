"""Writes one large report, seeded: python3 reports.py FORMAT MEGABYTES FILE

Formats: sarif (one run of a static analysis), cyclonedx (components and their vulnerabilities), nuclei
(a hit a line). Names and texts are invented, their lengths are those of real reports.
"""

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


def main():
    form, megabytes, path = sys.argv[1:]
    with open(path, "w") as out:
        {"sarif": sarif, "cyclonedx": cyclonedx, "nuclei": nuclei}[form](random.Random(7), int(float(megabytes) * 1e6), out)


main()

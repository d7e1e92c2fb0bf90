"""Makes a store larger without reading reports again: python3 multiply.py STORE TIMES NEW_STORE

Every report is there TIMES times, each time of assets of other names. Needs the packages duckdb and blake3. A store that
was compacted, or has registers and withdrawals, is not for it.
"""

import json
import os
import sys
from concurrent.futures import ProcessPoolExecutor

import duckdb
from blake3 import blake3


def other_name(name, copy):
    return name if copy == 0 else f"{name}-{copy:03}"


def written(folder, name, content):
    with open(f"{folder}/{name}", "wb") as out:
        out.write(content)


def sealed(manifest):
    text = json.dumps(manifest, ensure_ascii=False, separators=(",", ":"))
    seal = blake3(text.encode()).hexdigest()
    whole = {"manifest": manifest, "seal": seal}
    return json.dumps(whole, ensure_ascii=False, indent=2).encode()


def multiply(store, times, to, name):
    """The segment of one manifest, as often as it is to be there."""
    manifest = json.load(open(f"{store}/segments/{name}"))["manifest"]
    rows = f"{store}/observations/{manifest['data']}"
    data = duckdb.connect()
    data.execute("set threads to 1")
    data.execute(f"create table rows as from read_parquet('{rows}')")
    draft = f"{to}/observations/.{name}"
    for copy in range(times):
        own = json.loads(json.dumps(manifest))
        own["segment"] = blake3(f"{manifest['segment']} {copy}".encode()).hexdigest()[:32]
        own["assets"] = [other_name(asset, copy) for asset in own["assets"]]
        for scan in own["scans"]:
            scan["asset"] = other_name(scan["asset"], copy)
        suffix = "" if copy == 0 else f"-{copy:03}"
        data.execute(
            f"copy (select * replace ('{own['segment']}' as segment, asset_id || '{suffix}' as asset_id) from rows) "
            f"to '{draft}' (format parquet, codec zstd)"
        )
        content = open(draft, "rb").read()
        own["data_hash"] = blake3(content).hexdigest()
        own["data"] = own["data_hash"][:32] + ".parquet"
        os.rename(draft, f"{to}/observations/{own['data']}")
        written(f"{to}/segments", own["segment"] + ".json", sealed(own))


def main():
    store, times, to = sys.argv[1], int(sys.argv[2]), sys.argv[3]
    for folder in ["segments", "merged", "observations"]:
        os.makedirs(f"{to}/{folder}")
    written(to, "riskql-store", open(f"{store}/riskql-store", "rb").read())
    names = sorted(name for name in os.listdir(f"{store}/segments") if name.endswith(".json"))
    with ProcessPoolExecutor(2) as pool:
        done = [pool.submit(multiply, store, times, to, name) for name in names]
        for each in done:
            each.result()


if __name__ == "__main__":
    main()

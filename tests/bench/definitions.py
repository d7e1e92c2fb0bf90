"""1,000 definitions beside the library: python defs.py LIBRARY FOLDER"""
import shutil, sys
from pathlib import Path
source, folder = Path(sys.argv[1]), Path(sys.argv[2])
shutil.rmtree(folder, ignore_errors=True)
shutil.copytree(source, folder)
extra = folder / "many"
extra.mkdir()
names = []
for i in range(900):
    kind = i % 3
    if kind == 0:
        text = f'kpi made_{i} "KPI {i}"\n  is count of findings open where severity >= high and team = "team-{i % 60:02}"\n  by severity, team\n  lower is better\n  target at most {i}\n'
    elif kind == 1:
        text = f'kpi made_{i} "KPI {i}"\n  is made_{i-1} / backlog\n  by severity, team\n'
    else:
        text = f'view made_{i} "View {i}"\n  show made_{i-1}, made_{i-2} by team top 10\n'
    (extra / f"made_{i}.kpi").write_text(text)

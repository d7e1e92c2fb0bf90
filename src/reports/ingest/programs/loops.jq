# Those of jq that go on for as long as their arguments say, counted.
def repeat(f): def rec: within_bounds | f, rec; rec;
def recurse(f): def rec: within_bounds | ., (f | rec); rec;
def recurse(f; cond): recurse(f | select(cond));
def while(cond; update): def rec: within_bounds | if cond then ., (update | rec) else empty end; rec;
def until(cond; update): def rec: within_bounds | if cond then . else update | rec end; rec;

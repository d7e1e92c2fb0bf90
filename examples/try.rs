use riskql::*;
use std::time::Instant;
fn main() {
    let args: Vec<String> = std::env::args().collect();
    let mut sources = source::Sources::default();
    let mut files = vec![];
    let mut stack = vec![std::path::PathBuf::from(&args[1])];
    let mut paths = vec![];
    while let Some(p) = stack.pop() { for e in std::fs::read_dir(p).unwrap() { let e = e.unwrap().path(); if e.is_dir() { stack.push(e) } else if e.extension().is_some_and(|x| x == "kpi") { paths.push(e) } } }
    paths.sort();
    for p in paths { let id = sources.add(p.display().to_string(), std::fs::read_to_string(&p).unwrap()); let (f, pr) = syntax::parse_file(&sources, id); if pr.has_errors() { println!("{:?}", pr); } files.push(f); }
    let (d, pr) = check::definitions(&sources, &files);
    for p in pr.sorted() { eprintln!("{} {}", p.code, p.message); }
    let d = d.unwrap();
    let loc = data::locate(&d, Some(std::path::Path::new(&args[2])), &[]).unwrap();
    let mut queries = vec![];
    for q in &args[3..] { let id = sources.add("<query>", q.clone()); let a = syntax::parse_query(&sources, id).unwrap_or_else(|e| panic!("{e:?}")); queries.push(check::query(&d, &a).unwrap_or_else(|e| panic!("{e:?}")).0); }
    let qr: Vec<_> = queries.iter().collect();
    let t = Instant::now();
    let req = plan::needs(&d, &qr, plan::Asking { place: &|s| sources.get(s.source).name.clone(), watermark: true, tolerant: false });
    let ds = data::load(&d, &loc, &req).unwrap_or_else(|e| panic!("{:?}", e));
    eprintln!("load {:?}", t.elapsed());
    for n in &ds.notes { eprintln!("note {n}"); }
    let given = plan::Given { as_of: None, known_on: None, watermark: data::watermark(&d, &ds) };
    let plans: Vec<_> = qr.iter().map(|q| { let s = plan::standpoint(&d, q, &given).unwrap(); plan::plan(&d, q, &s).unwrap() }).collect();
    let t = Instant::now();
    let answers = engine::answers(&d, &ds, &plans).unwrap();
    eprintln!("engine {:?}", t.elapsed());
    for a in answers { let b = render::answer(&a, render::Format::Table, render::Look::PIPE); let s = String::from_utf8_lossy(&b).to_string(); let lines: Vec<&str> = s.lines().collect(); for l in lines.iter().take(60) { println!("{l}"); } }
}

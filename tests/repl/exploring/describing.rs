//! Tables, fields and their values, as counted by hand.

use super::*;

#[test]
fn a_table_is_described_as_counted_by_hand() {
    let folder = fixture();
    let mut session = open(folder.path());
    let text = shown(&mut session, "\\describe findings");
    let expected = [
        ("finding_id", "finding_id text key 0 10"),
        ("asset_id", "asset_id text 1 (10%) 3 A C █▆▄"),
        ("severity", "severity scale 1 (10%) 2 low high █·▇"),
        ("exploitable", "exploitable yesno 3 (30%) 2 no yes █▆"),
        ("resolution", "resolution text 6 (60%) 2 accepted fixed █▃"),
        ("cvss", "cvss number 2 (20%) 6 0 10 ▃▃▃▃█······▃"),
        (
            "fixed_at",
            "fixed_at date 7 (70%) 3 2025-07-01 2026-02-28 █··········▄",
        ),
        ("team", "team text 3 (30%) 2 core web █▆"),
        ("due_at", "due_at date"),
        ("found", "found 10 2025-06-01 2026-03-01 found_at"),
        // Row 2 was accepted; row 3 has no date.
        (
            "fixed",
            "fixed 2 2025-07-01 2026-02-28 10:30:00 fixed_at where resolution = fixed",
        ),
        // closed_at of rows 2 and 5, fixed_at of rows 1 and 6.
        (
            "closed",
            "closed 4 2025-07-01 2026-02-28 10:30:00 closed_at or fixed_at",
        ),
        ("breached", "breached worked out by an SLA"),
        (
            "open",
            "open 10 2 2025-06-01 2026-03-01 found_at, closed_at",
        ),
        ("overdue", "overdue worked out by an SLA"),
    ];
    for (word, expected) in expected {
        assert_eq!(line(&text, word), expected);
    }
    assert!(
        text.contains("\ndue_at: worked out by the SLA remediation\n"),
        "{text}"
    );
    assert!(text.contains("10 rows of"), "{text}");
    assert!(
        text.contains("as they are: no as-of, nothing excluded"),
        "{text}"
    );
}

#[test]
fn a_number_is_described_as_counted_by_hand() {
    let folder = fixture();
    let mut session = open(folder.path());
    let text = shown(&mut session, "\\describe cvss");
    // 0 1 2 3 4 4 4 10
    assert!(
        text.contains("6 different values, 2 (20%) missing"),
        "{text}"
    );
    assert!(
        text.contains("lowest 0, highest 10, mean 3.5, median 3.5"),
        "{text}"
    );
    let rows: Vec<&str> = text
        .lines()
        .skip_while(|line| !line.contains("───"))
        .skip(1)
        .map(|line| line.split_whitespace().nth(2).expect("rows"))
        .collect();
    // Twelve stretches of 0.833: 0 | 1 | 2 | 3 | 4 4 4 | …
    assert_eq!(
        rows,
        ["1", "1", "1", "1", "3", "0", "0", "0", "0", "0", "0", "1"]
    );
}

#[test]
fn dates_are_described_by_month() {
    let folder = fixture();
    let mut session = open(folder.path());
    let text = shown(&mut session, "\\describe found_at");
    assert!(text.contains("10 different values, none missing"), "{text}");
    assert!(text.contains("first 2025-06-01, last 2026-03-01"), "{text}");
    let months: Vec<(String, String)> = text
        .lines()
        .skip_while(|line| !line.contains("───"))
        .skip(1)
        .map(|line| {
            let mut words = line.split_whitespace().map(str::to_string);
            (words.next().expect("a month"), words.next().expect("rows"))
        })
        .collect();
    let expected = [
        ("2025-06", "2"),
        ("2025-08", "2"),
        ("2025-09", "1"),
        ("2025-10", "2"),
        ("2025-11", "2"),
        ("2026-03", "1"),
    ];
    let there: Vec<(&str, &str)> = months
        .iter()
        .map(|(month, rows)| (month.as_str(), rows.as_str()))
        .filter(|(month, _)| *month != "…")
        .collect();
    assert_eq!(there, expected);
    // July, and December to February.
    assert_eq!(months.iter().filter(|(month, _)| month == "…").count(), 2);
}

#[test]
fn values_are_counted_scales_in_their_order() {
    let folder = fixture();
    let mut session = open(folder.path());
    let text = shown(&mut session, "\\values severity");
    let rows: Vec<String> = ["low", "medium", "high"]
        .map(|word| line(&text, word))
        .into();
    assert_eq!(rows[0], "low 5 50% ████████████████");
    assert_eq!(rows[1], "medium 0 0%");
    assert_eq!(rows[2], "high 4 40% ████████████▊");
    let places: Vec<usize> = ["\nlow", "\nmedium", "\nhigh"]
        .map(|word| text.find(word).expect("a line"))
        .into();
    assert!(places.is_sorted());
    assert!(text.contains("missing: 1 (10%)"), "{text}");
    let text = shown(&mut session, "\\values findings.team");
    assert_eq!(line(&text, "web"), "web 4 40% ████████████████");
    assert_eq!(line(&text, "core"), "core 3 30% ████████████");
    assert!(
        text.find("web") < text.find("core"),
        "the most frequent first: {text}"
    );
    // Without the table it is the team of the assets.
    assert_eq!(
        line(&shown(&mut session, "\\values team"), "web"),
        "web 1 33.3% ████████████████"
    );
}

#[test]
fn values_are_filtered_and_cut_only_on_a_terminal() {
    let folder = fixture();
    let rows: String = (0..60)
        .map(|row| format!("{row},team number {row}\n"))
        .collect();
    write(
        folder.path(),
        "data/assets.csv",
        &format!("asset_id,team\n{rows}"),
    );
    let mut session = open(folder.path());
    let text = shown(&mut session, "\\values team");
    assert_eq!(text.matches("team number").count(), 60);
    assert_eq!(
        shown(&mut session, "\\values team NUMBER 5")
            .matches("team number")
            .count(),
        11
    );
    assert!(shown(&mut session, "\\values team nobody").contains("no value with `nobody` in it"));
    session.set_look(RenderOptions {
        width: Some(80),
        ..RenderOptions::PIPE
    });
    let text = shown(&mut session, "\\values team");
    assert_eq!(text.matches("team number").count(), 25);
    assert!(text.contains("35 more; \\values team all"), "{text}");
    assert_eq!(
        shown(&mut session, "\\values team all")
            .matches("team number")
            .count(),
        60
    );
}

#[test]
fn a_table_without_a_file_is_not_described() {
    let folder = fixture();
    fs::remove_file(folder.path().join("data/assets.csv")).expect("it was there");
    let mut session = open(folder.path());
    assert!(refused(&mut session, "\\describe assets").contains("K965"));
    let text = shown(&mut session, "\\describe findings");
    assert_eq!(line(&text, "team"), "team text 10 (100%) 0");
    assert!(line(&shown(&mut session, "\\tables"), "assets").ends_with("no file"));
}

#[test]
fn intervals_of_another_table_are_described_as_counted_by_hand() {
    let folder = fixture();
    let definitions = r#"calendar
  timezone "UTC"

table findings
  key    finding_id
  state  open from episodes opened_at until closed_at
  event  closed at last closed_at of episodes
  field  title text

table episodes
  key    episode_id
  belongs to findings by finding_id
  field  reason text

kpi backlog "Open"
  is count of findings open
"#;
    write(folder.path(), "defs/all.kpi", definitions);
    write(
        folder.path(),
        "data/findings.csv",
        "finding_id,title\n1,a\n2,b\n3,c\n4,d\n",
    );
    // Finding 1 was closed twice, 2 is open again, 3 was never open, 4 has an episode not begun.
    let episodes = "episode_id,finding_id,opened_at,closed_at\n\
        1,1,2026-01-01,2026-01-05\n2,1,2026-02-01,2026-02-03\n\
        3,2,2026-01-02,2026-01-04\n4,2,2026-03-01,\n\
        5,4,2026-01-10,2026-01-20\n6,4,,\n";
    write(folder.path(), "data/episodes.csv", episodes);
    let mut session = open(folder.path());
    let text = shown(&mut session, "\\describe findings");
    assert_eq!(
        line(&text, "closed"),
        "closed 2 2026-01-20 2026-02-03 last closed_at of episodes"
    );
    assert_eq!(
        line(&text, "open"),
        "open 5 4 2026-01-01 2026-03-01 opened_at, closed_at of episodes"
    );
    assert!(shown(&mut session, "\\show episodes").contains("named by table findings"));
}

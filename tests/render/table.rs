//! Tables at several widths.

use insta::assert_snapshot;
use riskql::answer::Answer;
use riskql::render::{self, Format, Look};

use super::{build, plain};

fn table(answer: &Answer, look: Look) -> String {
    String::from_utf8(render::answer(answer, Format::Table, look)).unwrap()
}

#[test]
fn teams_against_a_target() {
    assert_snapshot!("teams_40", table(&build::teams(), plain(40)));
    assert_snapshot!("teams_60", table(&build::teams(), plain(60)));
    assert_snapshot!("teams_100", table(&build::teams(), plain(100)));
    assert_snapshot!("teams_pipe", table(&build::teams(), Look::PIPE));
}

#[test]
fn months_with_totals() {
    assert_snapshot!("months_40", table(&build::months(), plain(40)));
    assert_snapshot!("months_60", table(&build::months(), plain(60)));
    assert_snapshot!("months_100", table(&build::months(), plain(100)));
    assert_snapshot!("months_pipe", table(&build::months(), Look::PIPE));
}

#[test]
fn findings_with_hostile_titles() {
    assert_snapshot!("findings_40", table(&build::findings(), plain(40)));
    assert_snapshot!("findings_60", table(&build::findings(), plain(60)));
    assert_snapshot!("findings_100", table(&build::findings(), plain(100)));
    assert_snapshot!("findings_pipe", table(&build::findings(), Look::PIPE));
}

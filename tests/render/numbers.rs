//! Numbers for people.

use riskql::base::types::DisplayUnit::{Count, Percent, Points, Ratio};
use riskql::render::{RenderOptions, change, limit, listed, plain, sparkline, value, with_unit};

use super::build::DAYS;

#[test]
fn values_have_three_significant_digits_and_whole_numbers_no_decimals() {
    let cases = [
        (20.0, DAYS, "20"),
        (20.4, DAYS, "20.4"),
        (4.256, DAYS, "4.26"),
        (132.4, DAYS, "132"),
        (0.1 + 0.2, DAYS, "0.3"),
        (0.001_234, DAYS, "0.00123"),
        (1204.0, Count, "1,204"),
        (-1_204_000.0, Count, "-1,204,000"),
        (12.5, Count, "12.5"),
        (-0.0, Count, "0"),
        (0.152, Percent, "15.2%"),
        (0.15, Percent, "15%"),
        (0.29, Percent, "29%"),
        (0.9997, Percent, "99.97%"),
        (1.0, Percent, "100%"),
        (0.0004, Percent, "0.04%"),
        (0.0, Percent, "0%"),
        (1.5, Ratio, "1.50"),
        (0.004, Ratio, "0.004"),
        (12_345.6, Points, "12,346"),
        (1e300, Points, "1.00e300"),
    ];
    for (number, unit, text) in cases {
        assert_eq!(value(number, unit), text, "{number}");
    }
}

#[test]
fn units_limits_and_changes_are_written_out() {
    assert_eq!(with_unit(20.4, DAYS), "20.4 days");
    assert_eq!(with_unit(0.152, Percent), "15.2%");
    assert_eq!(limit(30.0, DAYS), "30 days");
    assert_eq!(limit(0.29, Percent), "29%");
    assert_eq!(limit(0.0125, Percent), "1.25%");
    assert_eq!(limit(0.5, Ratio), "0.5");
    assert_eq!(change(2.1, DAYS), "+2.1");
    assert_eq!(change(-3.0, Count), "-3");
    assert_eq!(change(0.0, Count), "0");
    assert_eq!(change(0.015, Percent), "+1.5 pp");
    assert_eq!(plain(9.8), "9.8");
    assert_eq!(plain(-0.0), "0");
}

#[test]
fn sparklines_span_from_the_smallest_to_the_largest_value() {
    let line = |values: &[Option<f64>]| sparkline(values, RenderOptions::PIPE);
    let rising: Vec<Option<f64>> = (0..8).map(|value| Some(f64::from(value))).collect();
    assert_eq!(line(&rising), "▁▂▃▄▅▆▇█");
    assert_eq!(line(&[Some(1.0), None, Some(2.0)]), "▁ █");
    assert_eq!(line(&[Some(5.0), Some(5.0)]), "▄▄");
    assert_eq!(line(&[None, None]), "");
    let ascii = RenderOptions {
        unicode: false,
        ..RenderOptions::PIPE
    };
    assert_eq!(sparkline(&rising, ascii), "__..--==");
}

#[test]
fn rounding_never_hides_a_verdict() {
    use super::build;
    use riskql::render::{OutputFormat, answer};
    let shown = |value: f64, unit, limit: f64, written: &str| {
        let column = riskql::exec::answer::AnswerValueColumn {
            with_target: true,
            ..build::plain_column(unit)
        };
        let value = build::below(limit, written, build::number(value, 1));
        let one = build::answer(
            "k",
            vec![build::value_column("k", column)],
            vec![build::group(vec![build::cell(value)])],
        );
        let text =
            String::from_utf8(answer(&one, OutputFormat::Table, RenderOptions::PIPE)).unwrap();
        text.lines().nth(2).unwrap().trim().to_string()
    };
    assert_eq!(shown(29.9996, DAYS, 30.0, "below 30 days"), "29.9996  pass");
    assert_eq!(shown(30.0, DAYS, 30.0, "below 30 days"), "30  miss");
    assert_eq!(shown(0.249_96, Percent, 0.25, "below 25%"), "24.996%  pass");
    assert_eq!(shown(0.152, Percent, 0.25, "below 25%"), "15.2%  pass");
    assert_eq!(shown(0.290_04, Percent, 0.29, "below 29%"), "29.0%  miss");
    assert_eq!(shown(499.6, Points, 500.0, "below 500"), "499.6  pass");
}

#[test]
fn numbers_of_lists_are_as_written_unless_they_were_computed() {
    let cases = [
        (9.8, "9.8"),
        (0.000_430_123, "0.000430123"),
        (14.784_722_222_222_221, "14.8"),
        (534.0, "534"),
        (1.0 / 3.0, "0.333"),
    ];
    for (number, expected) in cases {
        assert_eq!(listed(number), expected);
    }
}

use super::*;
use crate::base::instants::parse;

fn at(text: &str) -> SaidDate {
    SaidDate::At(parse(text).expect("an instant"))
}

fn said(text: &str, formats: &[&str]) -> SaidDate {
    let formats: Vec<String> = formats.iter().map(|format| format.to_string()).collect();
    DateReader::new(&formats).said(text, DatePlace::Row(1))
}

#[test]
fn a_word_behind_a_date_is_its_zone_or_a_mistake() {
    for (text, meant) in [
        ("2026-03-31 23:30:00 PST", at("2026-04-01T07:30:00Z")),
        ("2026-03-31 23:30:00 UTC", at("2026-03-31T23:30:00Z")),
        ("2026-03-31 23:30:00 CEST", at("2026-03-31T21:30:00Z")),
        ("2026-03-31 11:30:00 PM", at("2026-03-31T23:30:00Z")),
        ("2026-03-31 12:30 am", at("2026-03-31T00:30:00Z")),
        ("2026-03-31 13:30 PM", SaidDate::Unread),
        (
            "2026-03-31 23:30:00 -0700 -0700",
            at("2026-04-01T06:30:00Z"),
        ),
        ("2026-03-31 23:30:00 -0700 PDT", at("2026-04-01T06:30:00Z")),
        // A name and a distance that are of two zones.
        ("2026-03-31 23:30:00 -0700 PST", SaidDate::Unread),
        ("2026-03-31 23:30:00 -0700 -0800", SaidDate::Unread),
        (
            "2026-03-31 20:20:00.43042 +0000 UTC",
            at("2026-03-31T20:20:00.430420Z"),
        ),
        (
            "2026-03-31T10:00:00+02:00[Europe/Berlin]",
            at("2026-03-31T08:00:00Z"),
        ),
        // Clocks in Berlin are two hours ahead from 29 March 2026 on, and one hour before.
        ("2026-03-31 10:00 Europe/Berlin", at("2026-03-31T08:00:00Z")),
        ("2026-03-28 10:00 Europe/Berlin", at("2026-03-28T09:00:00Z")),
        ("2026-03-29 02:30 Europe/Berlin", SaidDate::Unread),
        // In India, Israel and Ireland.
        ("2026-03-31 23:30:00 IST", SaidDate::Unread),
        ("2026-03-31 23:30:00 nonsense", SaidDate::Unread),
        ("2026-03-31 nonsense", SaidDate::Unread),
        ("2026/3/31 9:05", at("2026-03-31T09:05:00Z")),
        ("2026-03-31 24:00:00", SaidDate::Unread),
    ] {
        assert_eq!(said(text, &[]), meant, "{text}");
    }
}

#[test]
fn the_ends_of_clocks_are_no_dates() {
    for text in [
        "0001-01-01T00:00:00Z",
        "9999-12-31",
        "9999-12-31T23:59:59.9999999Z",
        "01/01/0001 00:00:00",
        "12/31/9999",
        "31.12.9999",
    ] {
        assert_eq!(said(text, &[]), SaidDate::Never, "{text}");
    }
    assert_eq!(said("1066-10-14", &[]), SaidDate::Unread);
    assert_eq!(said("2026-02-30", &[]), SaidDate::Unread);
    assert_eq!(said("30/02/2026", &[]), SaidDate::Unread);
    assert_eq!(said("0001-13-01", &[]), SaidDate::Unread);
}

#[test]
fn a_date_of_numbers_is_one_day_or_undecided() {
    let us = &["%m/%d/%Y %I:%M %p", "%m/%d/%y"];
    let both = &["%m/%d/%Y", "%d/%m/%Y"];
    for (text, formats, meant) in [
        ("31/03/2026", &[][..], at("2026-03-31")),
        ("3/31/2026 1:05 PM", &[], at("2026-03-31T13:05:00Z")),
        ("03/04/2026", &[], SaidDate::Undecided),
        ("3-4-2026", &[], SaidDate::Undecided),
        ("04/04/2026 10:00", &[], at("2026-04-04T10:00:00Z")),
        ("03.04.2026 10:00", &[], at("2026-04-03T10:00:00Z")),
        ("03/04/2026 11:00 PM", us, at("2026-03-04T23:00:00Z")),
        // Declared is the shape with AM and PM alone.
        ("03/04/2026 23:00", us, SaidDate::Undecided),
        ("03/04/26", us, at("2026-03-04")),
        ("03/04/98", us, at("1998-03-04")),
        ("03/04/26", &[], SaidDate::Unread),
        ("03/04/2026", both, SaidDate::Undecided),
        ("03/04-2026", &[], SaidDate::Unread),
        ("03/04/2026 99:00", &[], SaidDate::Unread),
        ("29/02/2025", &[], SaidDate::Unread),
        ("02/29/2024", &[], at("2024-02-29")),
    ] {
        assert_eq!(said(text, formats), meant, "{text}");
    }
}

#[test]
fn names_of_months_are_read_in_the_languages_of_tools() {
    for (text, meant) in [
        ("Fr., 30 Sep. 2022 08:40:35", at("2022-09-30T08:40:35Z")),
        ("Di., 31 März 2026 10:00:00", at("2026-03-31T10:00:00Z")),
        ("mar., 31 mars 2026 10:00:00", at("2026-03-31T10:00:00Z")),
        ("lun., 3 août 2026 10:00:00", at("2026-08-03T10:00:00Z")),
        ("вт, 31 мар. 2026 10:00:00", at("2026-03-31T10:00:00Z")),
        ("火, 31 3月 2026 10:00:00", at("2026-03-31T10:00:00Z")),
        ("周二, 31 3月 2026 10:00:00", at("2026-03-31T10:00:00Z")),
        ("ter., 31 mar. 2026 10:00:00", at("2026-03-31T10:00:00Z")),
        // A Friday, which is `pet` in Croatian and `pt.` in Polish: October there, November here.
        ("pet, 9 lis 2026 10:00:00", at("2026-10-09T10:00:00Z")),
        ("pt., 13 lis 2026 10:00:00", SaidDate::Unread),
        ("piątek, 13 lis 2026 10:00:00", at("2026-11-13T10:00:00Z")),
        // Nothing says which language it is.
        ("13 lis 2026", SaidDate::Unread),
        // It was a Tuesday.
        ("Mo., 31 März 2026 10:00:00", SaidDate::Unread),
        ("31 de marzo de 2026", at("2026-03-31")),
        ("March 31, 2026", at("2026-03-31")),
        ("March 31st, 2026 9:00 PM PDT", at("2026-04-01T04:00:00Z")),
        ("Tue Mar 31 10:00:00 PDT 2026", at("2026-03-31T17:00:00Z")),
        (
            "Tue Mar 31 2026 10:00:00 GMT+0200 (Central European Summer Time)",
            at("2026-03-31T08:00:00Z"),
        ),
        (
            "Tuesday, March 31, 2026 1:00:00 PM",
            at("2026-03-31T13:00:00Z"),
        ),
        ("31st of Smarch 2026", SaidDate::Unread),
        ("next Tuesday", SaidDate::Unread),
        ("", SaidDate::Unread),
    ] {
        assert_eq!(said(text, &[]), meant, "{text}");
    }
}

#[test]
fn a_reader_is_never_stopped_by_odd_letters() {
    for text in [
        "é1/02/2026",
        "1/é/2026",
        "2026é03-31",
        "20é6-03-31",
        "31 \u{a0} 2026",
        "12:é",
        "1/2/2026 1:2é",
        "٣١/٠٣/٢٠٢٦",
    ] {
        assert_eq!(said(text, &[]), SaidDate::Unread, "{text}");
    }
}

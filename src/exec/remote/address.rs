//! A connection that is no name in a file but an address: `postgresql://user@host:5432/database`.

use std::collections::BTreeMap;

use super::secrets::Secrets;
use super::settings::{ConnectionSettings, USUAL_TIMEOUT};
use crate::base::diagnostic::{Diagnostic, Problems};
use crate::exec::sql::{DIALECTS, SqlDialect};

/// How addresses begin, each with the driver of its databases.
const SCHEMES: [(&str, &str); 2] = [("postgresql", "postgresql"), ("postgres", "postgresql")];

/// What messages tell to type.
pub(super) const EXAMPLE: &str =
    "an address: 'postgresql://user@host:5432/database', with the password in PGPASSWORD";

/// Whether a text is meant as an address.
pub(super) fn is_address(text: &str) -> bool {
    text.contains("://")
}

/// The settings of an address, with the values of the environment in place. No message shows it: it may hold a password.
///
/// # Errors
///
/// `K938`: no database is known whose addresses begin so. `D504`.
pub(super) fn settings(address: &str) -> Result<ConnectionSettings, Problems> {
    let scheme = address.split("://").next().unwrap_or_default();
    let known = SCHEMES.iter().find(|(known, _)| *known == scheme);
    let Some((_, driver)) = known else {
        return Err(unknown_scheme(scheme).into());
    };
    let mut secrets = Secrets::default();
    let filled = secrets.filled(address).map_err(|unset| {
        let message = format!("the environment has no {}", unset.name);
        Diagnostic::data("D504", message).help(format!("set it before: export {}=…", unset.name))
    })?;
    secrets.add_address(&filled);
    secrets.add_usual();
    let dialect = dialect(driver).expect("the drivers of addresses have a dialect");
    Ok(ConnectionSettings {
        name: place(&filled).map_or_else(|| "the address".to_owned(), str::to_owned),
        is_address: true,
        driver: (*driver).to_owned(),
        entrypoint: dialect.driver_entrypoint().map(str::to_owned),
        dialect,
        address: filled,
        options: BTreeMap::new(),
        tables: BTreeMap::new(),
        timeout: USUAL_TIMEOUT,
        secrets,
    })
}

fn unknown_scheme(scheme: &str) -> Diagnostic {
    let is_word = scheme.bytes().all(|letter| letter.is_ascii_alphabetic());
    let message = match is_word {
        true => format!("no database is known whose addresses begin with {scheme}://"),
        false => "what stands before `://` is no kind of database".to_owned(),
    };
    Diagnostic::data("K938", message)
        .help(EXAMPLE)
        .help("other databases are named in connections.toml")
}

/// The dialect of a driver.
pub(super) fn dialect(driver: &str) -> Option<&'static dyn SqlDialect> {
    let speaks = |dialect: &&dyn SqlDialect| {
        let mut words = dialect.driver_words().iter();
        words.any(|word| driver.contains(word))
    };
    DIALECTS.iter().copied().find(speaks)
}

/// Host and database of an address, if they can be told apart from all that may be a password.
pub(super) fn place(address: &str) -> Option<&str> {
    let (_, rest) = address.split_once("://")?;
    let rest = rest.split('?').next().unwrap_or_default();
    let place = rest.rsplit_once('@').map_or(rest, |(_, place)| place);
    let (host, database) = place.split_once('/').unwrap_or((place, ""));
    let port = match host.rsplit_once(':') {
        Some((_, port)) if !host.ends_with(']') => port,
        Some(_) | None => "",
    };
    let is_name = |letter: char| letter.is_alphanumeric() || "_-.%[]:".contains(letter);
    let is_plain = !place.is_empty()
        && port.bytes().all(|digit| digit.is_ascii_digit())
        && host.chars().chain(database.chars()).all(is_name);
    is_plain.then_some(place)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_shows_no_part_of_a_password() {
        let cases = [
            (
                "postgres://user:secret@db:5432/security",
                Some("db:5432/security"),
            ),
            (
                "postgres://db/security?password=secret",
                Some("db/security"),
            ),
            ("postgres://user:sec@ret@db/security", Some("db/security")),
            (
                "postgres://[::1]:5432/security",
                Some("[::1]:5432/security"),
            ),
            ("postgres://user:sec/ret@db/security", Some("db/security")),
            ("postgres://user:sec?ret@db/security", None),
            ("postgresql:///security?host=/run/db", Some("/security")),
            ("postgresql://", None),
        ];
        for (address, shown) in cases {
            assert_eq!(place(address), shown, "{address}");
        }
    }

    #[test]
    fn every_form_of_a_password_is_hidden() {
        for address in [
            "postgresql://user:p%40ssword@db/security",
            "postgresql://user:p@ssword@db/security",
            "postgresql://db/security?sslmode=require&sslpassword=p@ssword",
        ] {
            let found = settings(address);
            let found = found.unwrap_or_else(|problems| panic!("{:#?}", problems.sorted()));
            for told in [address, "words p@ssword"] {
                let hidden = found.secrets.hidden(told);
                assert!(!hidden.contains("ssword"), "{address}: {hidden}");
            }
        }
    }
}

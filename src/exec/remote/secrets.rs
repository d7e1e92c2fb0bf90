//! Values from the environment, which no message may show.

use std::env;

use percent_encoding::percent_decode_str;

/// Values that messages must not show.
#[derive(Clone, Default)]
pub(super) struct Secrets(Vec<String>);

impl std::fmt::Debug for Secrets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Secrets({})", self.0.len())
    }
}

/// What a `${NAME}` stands for is not there.
pub(super) struct Unset {
    pub name: String,
}

impl Secrets {
    /// A text with what each `${NAME}` stands for in its place. Those values are secrets from now on.
    pub fn filled(&mut self, text: &str) -> Result<String, Unset> {
        let mut filled = String::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("${") {
            filled += before;
            let Some((name, more)) = after.split_once('}') else {
                rest = &rest[before.len()..];
                break;
            };
            let value = env::var(name).map_err(|_| Unset {
                name: name.to_owned(),
            })?;
            self.add(&value);
            filled += &value;
            rest = more;
        }
        filled += rest;
        self.add(password(&filled).unwrap_or_default());
        Ok(filled)
    }

    /// Hides an address that somebody typed, and all in it that may be a password, whatever else its letters may mean.
    pub fn add_address(&mut self, address: &str) {
        self.add(address);
        let (_, rest) = address.split_once("://").unwrap_or(("", address));
        if let Some((user, _)) = rest.rsplit_once('@')
            && let Some((_, password)) = user.split_once(':')
        {
            self.add(password);
        }
        let parts = rest.split([' ', '?', '&', ';']);
        for (name, value) in parts.filter_map(|part| part.split_once('=')) {
            if name_is_secret(name) {
                self.add(value);
            }
        }
    }

    /// Hides what the library of PostgreSQL takes as a password of its own accord.
    pub fn add_usual(&mut self) {
        self.add(&env::var("PGPASSWORD").unwrap_or_default());
    }

    fn add(&mut self, value: &str) {
        // A shorter text would be found in words that tell nothing.
        const SHORTEST: usize = 3;
        let mut parts = vec![value.to_owned()];
        parts.extend(password(value).map(str::to_owned));
        let decoded = |part: &String| percent_decode_str(part).decode_utf8_lossy().into_owned();
        parts.extend(parts.iter().map(decoded).collect::<Vec<_>>());
        for part in parts {
            if part.len() >= SHORTEST && !self.0.contains(&part) {
                self.0.push(part);
            }
        }
        // The longest first, so that none is cut by another.
        self.0.sort_by_key(|secret| std::cmp::Reverse(secret.len()));
    }

    /// A text with `***` in place of every secret.
    pub fn hidden(&self, text: &str) -> String {
        let mut hidden = text.to_owned();
        for secret in &self.0 {
            hidden = hidden.replace(secret.as_str(), "***");
        }
        hidden
    }
}

/// The password in an address: `postgresql://user:PASSWORD@host/database`, or `password=PASSWORD` among its parts.
pub(super) fn password(address: &str) -> Option<&str> {
    if let Some((_, after)) = address.split_once("://") {
        let authority = after.split(['/', '?']).next().unwrap_or_default();
        if let Some((user, _)) = authority.rsplit_once('@')
            && let Some((_, password)) = user.split_once(':')
            && !password.is_empty()
        {
            return Some(password);
        }
    }
    let parts = address.split([' ', '?', '&', ';']);
    let mut named = parts.filter_map(|part| part.split_once('='));
    let (_, value) = named.find(|(name, _)| name_is_secret(name))?;
    (!value.is_empty()).then_some(value)
}

/// Whether an option's value is a secret by its name.
pub(super) fn name_is_secret(name: &str) -> bool {
    let name = name.to_lowercase();
    let words = [
        "password", "passwd", "pwd", "secret", "token", "api_key", "apikey",
    ];
    words.iter().any(|word| name.contains(word))
}

//! Pieces of a definition → its tree. Every piece is read, so that all mistakes come out at once.

use super::ast::{
    CalendarClause, CalendarDefinition, Definition, DueTime, Identifier, Kpi, KpiClause, Match,
    NamedCondition, ReportSource, ScaleDefinition, ScaleMap, Score, ScoreClause, Sla, SlaClause,
    Table, View, Weight,
};
use super::conditions;
use super::grammar::{Fragment, PairChildren, ParseResult, Rule, RulePair};
use super::literals::{self, name_and_title, names, one_name, one_text, texts};
use super::pieces;
use super::queries;
use super::split::DefinitionParts;
use super::words::DefinitionKind;
use super::{columns, dashboards, matches, reports};
use crate::base::diagnostic::Problems;
use crate::base::source::Spanned;
use crate::base::types::Bound;

/// Reads one definition; none if any of its pieces is mistaken.
pub(super) fn definition(cut: &DefinitionParts<'_>, problems: &mut Problems) -> Option<Definition> {
    match cut.kind {
        DefinitionKind::Calendar => {
            let header = pieces::header(cut, Rule::calendar_header, problems, |_, _| Ok(()));
            let clauses = pieces::clauses(cut, Rule::calendar_clause, problems, calendar_clause);
            header?;
            Some(Definition::Calendar(CalendarDefinition {
                clauses: clauses?,
            }))
        }
        DefinitionKind::Scale => {
            let header = pieces::header(cut, Rule::scale_header, problems, scale);
            let maps = pieces::clauses(cut, Rule::scale_clause, problems, scale_map);
            let (name, values) = header?;
            Some(Definition::Scale(ScaleDefinition {
                name,
                values,
                maps: maps?,
            }))
        }
        DefinitionKind::Condition => {
            let header = pieces::header(cut, Rule::condition_header, problems, named_condition);
            Some(Definition::Condition(header?))
        }
        DefinitionKind::Dashboard => {
            dashboards::dashboard(cut, problems).map(Definition::Dashboard)
        }
        DefinitionKind::Test => dashboards::test(cut, problems).map(Definition::Test),
        DefinitionKind::Table
        | DefinitionKind::Score
        | DefinitionKind::Sla
        | DefinitionKind::Kpi
        | DefinitionKind::View
        | DefinitionKind::Source
        | DefinitionKind::Match => titled(cut, problems),
    }
}

/// Definitions with a name and perhaps a title on their first line.
fn titled(cut: &DefinitionParts<'_>, problems: &mut Problems) -> Option<Definition> {
    macro_rules! read {
        ($header:ident, $clause:ident, $reader:expr, $node:ident, $list:ident) => {{
            let header = pieces::header(cut, Rule::$header, problems, name_and_title);
            let clauses = pieces::clauses(cut, Rule::$clause, problems, $reader);
            let (name, title) = header?;
            Some(Definition::$node($node {
                name,
                title,
                $list: clauses?,
            }))
        }};
    }
    match cut.kind {
        DefinitionKind::Table => read!(table_header, table_clause, columns::clause, Table, clauses),
        DefinitionKind::Score => read!(score_header, score_clause, score_clause, Score, clauses),
        DefinitionKind::Sla => read!(sla_header, sla_clause, sla_clause, Sla, clauses),
        DefinitionKind::Kpi => read!(kpi_header, kpi_clause, kpi_clause, Kpi, clauses),
        DefinitionKind::View => view(cut, problems),
        DefinitionKind::Match => read!(match_header, match_clause, matches::clause, Match, clauses),
        DefinitionKind::Source => read!(
            source_header,
            source_clause,
            reports::clause,
            ReportSource,
            clauses
        ),
        DefinitionKind::Calendar
        | DefinitionKind::Scale
        | DefinitionKind::Condition
        | DefinitionKind::Dashboard
        | DefinitionKind::Test => None,
    }
}

fn view(cut: &DefinitionParts<'_>, problems: &mut Problems) -> Option<Definition> {
    let header = pieces::header(cut, Rule::view_header, problems, name_and_title);
    let shows = pieces::clauses(cut, Rule::view_clause, problems, |piece, pair| {
        queries::query(piece, PairChildren::of(pair).need(Rule::inner_query))
    });
    let (name, title) = header?;
    // The place of a `show` is its query's: that is what messages point at.
    let shows = shows?.into_iter().map(|show| show.node).collect();
    Some(Definition::View(View { name, title, shows }))
}

fn calendar_clause(piece: &Fragment<'_>, pair: RulePair<'_>) -> ParseResult<CalendarClause> {
    Ok(match pair.as_rule() {
        Rule::timezone => CalendarClause::Timezone(one_text(piece, pair)),
        Rule::week_starts => CalendarClause::WeekStarts(one_name(piece, pair)),
        Rule::year_starts => CalendarClause::YearStarts(one_name(piece, pair)),
        _ => CalendarClause::HistoryFrom(queries::date(piece, pair)?),
    })
}

fn scale(piece: &Fragment<'_>, pair: RulePair<'_>) -> ParseResult<(Identifier, Vec<Identifier>)> {
    let mut names = names(piece, pair);
    let name = names.remove(0);
    Ok((name, names))
}

fn scale_map(piece: &Fragment<'_>, pair: RulePair<'_>) -> ParseResult<ScaleMap> {
    let mut parts = PairChildren::of(pair);
    Ok(ScaleMap {
        from: literals::text(piece, &parts.need(Rule::text)),
        to: literals::name(piece, &parts.need(Rule::name)),
    })
}

fn named_condition(piece: &Fragment<'_>, pair: RulePair<'_>) -> ParseResult<NamedCondition> {
    let mut parts = PairChildren::of(pair);
    Ok(NamedCondition {
        name: literals::name(piece, &parts.need(Rule::name)),
        condition: conditions::condition(piece, parts.need(Rule::condition))?,
    })
}

fn score_clause(piece: &Fragment<'_>, pair: RulePair<'_>) -> ParseResult<ScoreClause> {
    let rule = pair.as_rule();
    Ok(match rule {
        Rule::of_table => ScoreClause::Of(one_name(piece, pair)),
        Rule::base | Rule::times => {
            let mut parts = PairChildren::of(pair);
            let field = literals::field(piece, parts.need(Rule::field));
            let weights = parts
                .all(Rule::weight)
                .map(|pair| weight(piece, pair))
                .collect::<ParseResult<Vec<_>>>()?;
            match rule {
                Rule::base => ScoreClause::Base { field, weights },
                _ => ScoreClause::Times { field, weights },
            }
        }
        Rule::cap => {
            let number = PairChildren::of(pair).need(Rule::signed_number);
            ScoreClause::Cap(literals::number(piece, &number)?)
        }
        _ => ScoreClause::Since(queries::date(piece, pair)?),
    })
}

fn weight(piece: &Fragment<'_>, pair: RulePair<'_>) -> ParseResult<Spanned<Weight>> {
    let span = piece.span_of(&pair);
    let mut parts = PairChildren::of(pair);
    let value = parts
        .take(Rule::literal)
        .map(|pair| literals::literal(piece, pair))
        .transpose()?;
    let weight = literals::number(piece, &parts.need(Rule::signed_number))?;
    Ok(Spanned::new(Weight { value, weight }, span))
}

fn sla_clause(piece: &Fragment<'_>, pair: RulePair<'_>) -> ParseResult<SlaClause> {
    Ok(match pair.as_rule() {
        Rule::owner => SlaClause::Owner(one_text(piece, pair)),
        Rule::of_table => SlaClause::Of(one_name(piece, pair)),
        Rule::prefix => SlaClause::Prefix(one_name(piece, pair)),
        Rule::starts => SlaClause::Starts(one_name(piece, pair)),
        Rule::stops => SlaClause::Stops(names(piece, pair)),
        Rule::pauses => SlaClause::Pauses(names(piece, pair)),
        Rule::due => {
            let mut parts = PairChildren::of(pair);
            SlaClause::Due {
                time: due_time(piece, &mut parts)?,
                filter: conditions::optional_filter(piece, &mut parts)?,
            }
        }
        _ => SlaClause::Since(queries::date(piece, pair)?),
    })
}

fn due_time(piece: &Fragment<'_>, parts: &mut PairChildren<'_>) -> ParseResult<Spanned<DueTime>> {
    if let Some(pair) = parts.take(Rule::due_column) {
        let span = piece.span_of(&pair);
        return Ok(Spanned::new(DueTime::At(one_name(piece, pair)), span));
    }
    if let Some(pair) = parts.take(Rule::calendar_time) {
        let span = piece.span_of(&pair);
        let mut parts = PairChildren::of(pair);
        let time = DueTime::Calendar {
            count: literals::integer(piece, &parts.need(Rule::integer))?,
            grain: literals::grain(piece, &parts.need(Rule::grain))?,
        };
        return Ok(Spanned::new(time, span));
    }
    let within = literals::duration(piece, parts.need(Rule::duration))?;
    Ok(Spanned::new(DueTime::Elapsed(within.node), within.span))
}

fn kpi_clause(piece: &Fragment<'_>, pair: RulePair<'_>) -> ParseResult<KpiClause> {
    Ok(match pair.as_rule() {
        Rule::note => KpiClause::Note(texts(piece, pair)),
        Rule::owner => KpiClause::Owner(one_text(piece, pair)),
        Rule::is => {
            let formula = PairChildren::of(pair).need(Rule::formula);
            KpiClause::Is(super::formulas::formula(piece, formula)?)
        }
        Rule::shown_as => KpiClause::As(one_name(piece, pair)),
        Rule::by_clause => KpiClause::By(queries::dimensions(piece, pair)?),
        Rule::moment_clause => {
            let moment = PairChildren::of(pair).need(Rule::moment);
            KpiClause::At(literals::moment(piece, &moment)?)
        }
        Rule::fewest_rows => KpiClause::AtLeastRows(queries::fewest_rows(piece, pair)?),
        Rule::higher => KpiClause::HigherIsBetter,
        Rule::lower => KpiClause::LowerIsBetter,
        Rule::target => target(piece, pair)?,
        _ => band(piece, pair)?,
    })
}

fn target(piece: &Fragment<'_>, pair: RulePair<'_>) -> ParseResult<KpiClause> {
    let mut parts = PairChildren::of(pair);
    parts.need(Rule::kw_target);
    let bound = parts.next();
    let bound = piece.at(
        &bound,
        match bound.as_rule() {
            Rule::below => Bound::Below,
            Rule::above => Bound::Above,
            Rule::at_most => Bound::AtMost,
            _ => Bound::AtLeast,
        },
    );
    Ok(KpiClause::Target {
        bound,
        limit: literals::literal(piece, parts.need(Rule::literal))?,
        filter: match parts.take(Rule::judged) {
            Some(pair) => {
                let inner = PairChildren::of(pair).need(Rule::condition);
                Some(conditions::condition(piece, inner)?)
            }
            None => None,
        },
        since: match parts.take(Rule::since) {
            Some(pair) => Some(queries::date(piece, pair)?),
            None => None,
        },
    })
}

fn band(piece: &Fragment<'_>, pair: RulePair<'_>) -> ParseResult<KpiClause> {
    let mut parts = PairChildren::of(pair);
    let label = literals::text(piece, &parts.need(Rule::text));
    let below = parts.take(Rule::band_below);
    let open_below = below.is_some();
    let limits = below.unwrap_or_else(|| parts.need(Rule::band_from));
    let mut limits = PairChildren::of(limits)
        .all(Rule::literal)
        .map(|pair| literals::literal(piece, pair));
    let first = limits.next().transpose()?;
    let second = limits.next().transpose()?;
    Ok(match open_below {
        true => KpiClause::Band {
            label,
            lower: None,
            upper: first,
        },
        false => KpiClause::Band {
            label,
            lower: first,
            upper: second,
        },
    })
}

//! `ploughshare rules list|show|tune|enable|disable`, `policy list|set` and `site describe`: what a programme rules for an operation.

use std::collections::BTreeMap;

use ploughshare_core::{policy, rules};
use serde_json::json;

use super::{Answer, Failure};
use crate::app::App;
use crate::identity::people;
use crate::registrar::rulings::{self, Site};
use crate::registrar::{By, RegistrarError, authority, catch_up};

#[derive(Debug, clap::Subcommand)]
pub(super) enum Rules {
    /// All rules, and how they are run in an operation.
    List {
        /// Code or id of an operation.
        #[arg(long)]
        operation: Option<String>,
    },
    /// One rule, explained.
    Show {
        /// Its id, such as R11.
        rule: String,
        /// Code or id of an operation.
        #[arg(long)]
        operation: Option<String>,
    },
    /// Give parameters other values.
    Tune {
        /// Its id, such as R11.
        rule: String,
        /// Code or id of the operation.
        #[arg(long)]
        operation: String,
        /// A parameter; may be given several times.
        #[arg(long = "parameter", value_name = "NAME=NUMBER", value_parser = pair, required = true)]
        parameters: Vec<(String, i64)>,
    },
    /// Run a rule.
    Enable(Which),
    /// Run a rule no longer.
    Disable(Which),
}

#[derive(Debug, clap::Args)]
pub(super) struct Which {
    /// Its id, such as R11.
    rule: String,
    /// Code or id of the operation.
    #[arg(long)]
    operation: String,
}

#[derive(Debug, clap::Subcommand)]
pub(super) enum Policies {
    /// All policies, with their values in an operation.
    List {
        /// Code or id of an operation.
        #[arg(long)]
        operation: Option<String>,
    },
    /// Set a policy.
    Set {
        /// Its name.
        policy: String,
        /// Its value.
        #[arg(allow_negative_numbers = true)]
        value: i64,
        /// Code or id of the operation.
        #[arg(long)]
        operation: String,
    },
}

#[derive(Debug, clap::Subcommand)]
pub(super) enum Sites {
    /// Say what a site is called, where it lies and when it is open.
    Describe {
        /// Its code, as documents name it.
        site: String,
        /// Code or id of the operation.
        #[arg(long)]
        operation: String,
        /// Its name.
        #[arg(long)]
        name: String,
        /// Its centre in degrees; left out where it is withheld.
        #[arg(long, value_name = "LATITUDE,LONGITUDE", value_parser = centre, allow_hyphen_values = true)]
        centre: Option<(i64, i64)>,
        /// Its radius in metres.
        #[arg(long, default_value_t = 500)]
        radius: i64,
        /// When it is open, UTC; left out where it always is.
        #[arg(long, value_name = "HH:MM-HH:MM", value_parser = hours)]
        hours: Option<(i64, i64)>,
    },
}

fn pair(text: &str) -> Result<(String, i64), String> {
    let (name, value) = text.split_once('=').ok_or("write it as NAME=NUMBER")?;
    Ok((name.to_owned(), value.parse().map_err(|_| "the value is a whole number")?))
}

fn centre(text: &str) -> Result<(i64, i64), String> {
    let (lat, lon) = text.split_once(',').ok_or("write it as LATITUDE,LONGITUDE")?;
    let degrees = |text: &str| text.trim().parse::<f64>().ok().filter(|degrees| degrees.abs() <= 180.0);
    let both = degrees(lat).zip(degrees(lon)).ok_or("a position is two numbers of degrees")?;
    let e7 = |degrees: f64| (degrees * 1e7).round() as i64;
    Ok((e7(both.0), e7(both.1)))
}

fn hours(text: &str) -> Result<(i64, i64), String> {
    let wrong = || "write it as 07:30-16:00".to_owned();
    let (opens, closes) = text.split_once('-').ok_or_else(wrong)?;
    let minutes = |text: &str| {
        let (hour, minute) = text.split_once(':')?;
        let (hour, minute): (i64, i64) = (hour.parse().ok()?, minute.parse().ok()?);
        ((0..24).contains(&hour) && (0..60).contains(&minute)).then_some(hour * 60 + minute)
    };
    minutes(opens).zip(minutes(closes)).ok_or_else(wrong)
}

async fn authority_of(app: &App, operation: Option<&str>) -> Result<ploughshare_core::decision::Authority, Failure> {
    catch_up(app).await?;
    match operation {
        None => Ok(ploughshare_core::decision::Authority::default()),
        Some(operation) => Ok(authority(app, &people::find_operation(app, operation).await?.id).await?),
    }
}

pub(super) async fn rules(app: &App, command: Rules) -> Result<Answer, Failure> {
    let (which, enabled, parameters) = match command {
        Rules::List { operation } => {
            let authority = authority_of(app, operation.as_deref()).await?;
            let tuned = |rule: &rules::Rule| authority.rules.get(rule.id).cloned();
            let heads = ["rule", "severity", "", "parameters", "title"];
            let cells = |rule: &rules::Rule| {
                let tuning = tuned(rule);
                let off = tuning.as_ref().is_some_and(|tuning| !tuning.enabled);
                let parameters = tuning.map(|tuning| words(&tuning.parameters)).unwrap_or_default();
                let off = if off { "off" } else { "" };
                vec![
                    rule.id.to_owned(),
                    rule.severity.name().to_owned(),
                    off.to_owned(),
                    parameters,
                    rule.title.to_owned(),
                ]
            };
            return Ok(Answer::table(rules::all(), &heads, cells, |rule| row(rule, tuned(rule))));
        }
        Rules::Show { rule, operation } => {
            let authority = authority_of(app, operation.as_deref()).await?;
            let known = rules::rule(&rule).ok_or(RegistrarError::RuleUnknown(rule))?;
            let text = format!("{} {} ({})\n\n{}", known.id, known.title, known.severity.name(), known.explanation);
            return Ok(Answer::new(row(known, authority.rules.get(known.id).cloned()), text));
        }
        Rules::Tune { rule, operation, parameters } => {
            (Which { rule, operation }, None, parameters.into_iter().collect())
        }
        Rules::Enable(which) => (which, Some(true), BTreeMap::new()),
        Rules::Disable(which) => (which, Some(false), BTreeMap::new()),
    };
    catch_up(app).await?;
    let operation = people::find_operation(app, &which.operation).await?.id;
    let decision = rulings::tune(app, &By::operator(app), &operation, &which.rule, enabled, &parameters).await?;
    let json = json!({ "rule": which.rule, "operation": operation, "decision": decision });
    Ok(Answer::new(json, format!("decision {decision}: it holds for what is judged from now on")))
}

fn words(parameters: &BTreeMap<String, i64>) -> String {
    parameters.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join(" ")
}

fn row(rule: &rules::Rule, tuning: Option<ploughshare_core::decision::Tuning>) -> serde_json::Value {
    let (enabled, parameters) = tuning.map_or((true, BTreeMap::new()), |tuning| (tuning.enabled, tuning.parameters));
    json!({
        "rule": rule.id, "version": rule.version, "severity": rule.severity, "title": rule.title,
        "explanation": rule.explanation, "enabled": enabled, "parameters": parameters,
    })
}

pub(super) async fn policies(app: &App, command: Policies) -> Result<Answer, Failure> {
    match command {
        Policies::List { operation } => {
            let authority = authority_of(app, operation.as_deref()).await?;
            let heads = ["policy", "value", "usual", "from", "to", "meaning"];
            let cells = |one: &&policy::Policy| {
                let numbers = [authority.policy(one), one.usual, *one.range.start(), *one.range.end()];
                let mut cells = vec![one.name.to_owned()];
                cells.extend(numbers.map(|n| n.to_string()));
                cells.push(one.meaning.to_owned());
                cells
            };
            let json = |one: &&policy::Policy| {
                json!({
                    "policy": one.name, "value": authority.policy(one), "usual": one.usual,
                    "least": one.range.start(), "most": one.range.end(), "meaning": one.meaning,
                })
            };
            Ok(Answer::table(&policy::all(), &heads, cells, json))
        }
        Policies::Set { policy, value, operation } => {
            let operation = people::find_operation(app, &operation).await?.id;
            let decision = rulings::set_policy(app, &By::operator(app), &operation, &policy, value).await?;
            let json = json!({ "policy": policy, "value": value, "operation": operation, "decision": decision });
            Ok(Answer::new(json, format!("decision {decision}: {policy} is {value}")))
        }
    }
}

pub(super) async fn sites(app: &App, command: Sites) -> Result<Answer, Failure> {
    let Sites::Describe { site, operation, name, centre, radius, hours } = command;
    let operation = people::find_operation(app, &operation).await?.id;
    let site = Site { code: site, name, centre, radius_m: radius, hours };
    let decision = rulings::describe_site(app, &By::operator(app), &operation, &site).await?;
    let json = json!({ "site": site.code, "operation": operation, "decision": decision });
    Ok(Answer::new(json, format!("decision {decision}: {} is described", site.code)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_hours_and_parameters_are_read_or_refused() {
        assert_eq!(centre("-1.2920659,36.8219462"), Ok((-12_920_659, 368_219_462)));
        assert!(centre("1.2").is_err() && centre("200,0").is_err());
        assert_eq!(hours("07:30-16:00"), Ok((450, 960)));
        assert!(hours("7-16").is_err() && hours("24:00-01:00").is_err());
        assert_eq!(pair("run=6"), Ok(("run".to_owned(), 6)));
        assert!(pair("run").is_err() && pair("run=six").is_err());
    }
}

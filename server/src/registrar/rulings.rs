//! What a programme rules for an operation: rules switched and tuned, policies, sites, and what its papers say of it. Each is a decision, so tablets know it too.

use std::collections::BTreeMap;

use ploughshare_core::decision::Decision;
use ploughshare_core::domain::codes::COUNTRY;
use ploughshare_core::domain::place::Place;
use ploughshare_core::ids::{OfficerId, OperationId};
use ploughshare_core::{policy, rules};

use super::{By, RegistrarError};
use crate::app::App;
use crate::decide::{Stated, state};
use crate::identity::people::is_plain;

/// States a decision; gives its number.
async fn decided(app: &App, by: &By, operation: &OperationId, decision: Decision) -> Result<u64, RegistrarError> {
    by.registrar_in(operation)?;
    let mut tx = app.store.feed.begin_write().await?;
    let stated = state(app, &mut tx, operation, &by.actor, vec![Stated::Decision(decision)]).await?;
    tx.commit().await?;
    app.wake.notify_one();
    Ok(stated.first().map_or(0, |(_, number)| *number))
}

/// Switches or tunes a rule. Parameters named before and not now keep their value.
pub async fn tune(
    app: &App,
    by: &By,
    operation: &OperationId,
    rule: &str,
    enabled: Option<bool>,
    parameters: &BTreeMap<String, i64>,
) -> Result<u64, RegistrarError> {
    let known = rules::rule(rule).ok_or_else(|| RegistrarError::RuleUnknown(rule.to_owned()))?;
    for (name, value) in parameters {
        fits(known, name, *value)?;
    }
    let before = super::authority(app, operation).await?.rules.remove(rule);
    let (was, mut all) = before.map_or((true, BTreeMap::new()), |tuning| (tuning.enabled, tuning.parameters));
    all.extend(parameters.iter().map(|(name, value)| (name.clone(), *value)));
    let decision = Decision::RuleTuned { rule: rule.to_owned(), enabled: enabled.unwrap_or(was), parameters: all };
    decided(app, by, operation, decision).await
}

/// Whether a rule takes a parameter.
fn fits(rule: &rules::Rule, name: &str, value: i64) -> Result<(), RegistrarError> {
    let letters = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    if (1..=64).contains(&name.len()) && name.chars().all(letters) && value >= 0 {
        return Ok(());
    }
    let what = format!("{name} = {value}: a name is lower-case letters, digits and _, a value not negative");
    Err(RegistrarError::BadParameter { rule: rule.id.to_owned(), what })
}

/// Sets a policy.
pub async fn set_policy(
    app: &App,
    by: &By,
    operation: &OperationId,
    name: &str,
    value: i64,
) -> Result<u64, RegistrarError> {
    let known = policy::policy(name).ok_or_else(|| RegistrarError::PolicyUnknown(name.to_owned()))?;
    if !known.range.contains(&value) {
        let (least, most) = (*known.range.start(), *known.range.end());
        return Err(RegistrarError::PolicyRange { policy: known.name, least, most });
    }
    decided(app, by, operation, Decision::PolicySet { policy: name.to_owned(), value }).await
}

/// A site as it is described.
#[derive(Debug, Clone)]
pub struct Site {
    /// Its code, as documents name it.
    pub code: String,
    /// Its name.
    pub name: String,
    /// Its centre, in 1e-7 degrees; none where it is withheld.
    pub centre: Option<(i64, i64)>,
    /// Its radius in metres.
    pub radius_m: i64,
    /// Minutes after midnight UTC at which it opens and closes.
    pub hours: Option<(i64, i64)>,
}

/// Describes a site.
pub async fn describe_site(app: &App, by: &By, operation: &OperationId, site: &Site) -> Result<u64, RegistrarError> {
    if !is_plain(&site.code, 64) || !is_plain(&site.name, 120) {
        return Err(RegistrarError::BadSite("its code is 1 to 64 characters on one line, its name 1 to 120"));
    }
    if !(1..=100_000).contains(&site.radius_m) {
        return Err(RegistrarError::BadSite("its radius is 1 to 100000 metres"));
    }
    let day = 0..24 * 60;
    if site.hours.is_some_and(|(opens, closes)| !day.contains(&opens) || !day.contains(&closes) || opens == closes) {
        return Err(RegistrarError::BadSite("its hours are two different times of the day"));
    }
    let place = match site.centre {
        None => None,
        Some((lat, lon)) => {
            Some(Place::new(lat, lon, None).ok_or(RegistrarError::BadSite("there is no such place on Earth"))?)
        }
    };
    let decision = Decision::SiteDescribed {
        site: site.code.clone(),
        name: site.name.clone(),
        place,
        radius_m: site.radius_m,
        hours: site.hours,
    };
    decided(app, by, operation, decision).await
}

/// Says in which country and by which organisation the programme is run. What is not given stays as it was said before.
pub async fn describe_operation(
    app: &App,
    by: &By,
    operation: &OperationId,
    country: Option<&str>,
    organisation: Option<&str>,
) -> Result<u64, RegistrarError> {
    if let Some(unknown) = country.filter(|code| !COUNTRY.contains(code)) {
        return Err(RegistrarError::CountryUnknown(unknown.to_owned()));
    }
    if organisation.is_some_and(|name| !is_plain(name, 120)) {
        return Err(RegistrarError::BadOrganisation);
    }
    let before = super::authority(app, operation).await?;
    let country = country.map(str::to_owned).or(before.country);
    let organisation = organisation.map(str::to_owned).or(before.organisation);
    decided(app, by, operation, Decision::OperationDescribed { country, organisation }).await
}

/// Says for which organisation an officer acts in an operation.
pub async fn affiliate(
    app: &App,
    by: &By,
    operation: &OperationId,
    officer: OfficerId,
    organisation: &str,
) -> Result<u64, RegistrarError> {
    if !is_plain(organisation, 120) {
        return Err(RegistrarError::BadOrganisation);
    }
    let organisation = organisation.to_owned();
    decided(app, by, operation, Decision::OfficerAffiliated { officer, organisation }).await
}

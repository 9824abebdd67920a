//! Who asks, as the register holds it at this moment: a revocation, of a role or of a device, counts from the next request on.

use std::collections::{BTreeMap, BTreeSet};

use ploughshare_core::identity::Role;
use ploughshare_core::ids::{DeviceId, OfficerId, OperationId};

use super::token::Claims;
use super::{IdentityError, REGISTER_SCOPE};
use crate::app::App;
use crate::store::identity as rows;

/// Who asks and what they may do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    /// The officer.
    pub officer: OfficerId,
    /// The device, for a tablet.
    pub device: Option<DeviceId>,
    /// The device is revoked: it may bring late work and nothing else.
    pub late: bool,
    /// Roles held now, by operation; a tablet sees only the operations that it is enrolled in.
    pub roles: BTreeMap<OperationId, BTreeSet<Role>>,
    /// Operations that the device is enrolled in.
    pub enrolled: BTreeSet<OperationId>,
}

/// Which operations somebody may read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scope {
    /// Every one.
    All,
    /// These.
    Only(BTreeSet<OperationId>),
}

impl Scope {
    /// Whether it holds an operation.
    pub fn holds(&self, operation: &OperationId) -> bool {
        match self {
            Self::All => true,
            Self::Only(operations) => operations.contains(operation),
        }
    }

    /// The operations, or `None` for every one.
    pub fn only(&self) -> Option<&BTreeSet<OperationId>> {
        match self {
            Self::All => None,
            Self::Only(operations) => Some(operations),
        }
    }

    /// Narrowed to one operation, as a reader asked.
    #[must_use]
    pub fn narrowed(self, to: Option<OperationId>) -> Self {
        match to {
            None => self,
            Some(operation) if self.holds(&operation) => Self::Only(BTreeSet::from([operation])),
            Some(_) => Self::Only(BTreeSet::new()),
        }
    }

    /// Whether it holds nothing.
    pub fn is_empty(&self) -> bool {
        matches!(self, Self::Only(operations) if operations.is_empty())
    }
}

impl Caller {
    /// The caller that a token's claims name, as the register knows them now.
    pub async fn load(app: &App, claims: &Claims) -> Result<Self, IdentityError> {
        let db = &app.store.feed;
        let officer = rows::officer(db, &claims.sub).await?.filter(|officer| officer.active);
        let mut caller = Self {
            officer: claims.sub,
            device: claims.device,
            late: false,
            roles: BTreeMap::new(),
            enrolled: BTreeSet::new(),
        };
        if let Some(id) = &claims.device {
            let device = rows::device(db, id).await?.filter(|device| device.officer == claims.sub);
            caller.late = device.ok_or(IdentityError::DeviceUnknown)?.revoked_at.is_some();
            caller.enrolled = rows::device_operations(db, id).await?;
        }
        if caller.late {
            return Ok(caller);
        }
        if officer.is_none() {
            return Err(IdentityError::OfficerInactive);
        }
        let grants = rows::grants_of(db, &claims.sub).await?;
        for grant in grants.into_iter().filter(|grant| grant.revoked_at.is_none()) {
            if caller.device.is_none() || caller.enrolled.contains(&grant.operation) {
                caller.roles.entry(grant.operation).or_default().insert(grant.role);
            }
        }
        Ok(caller)
    }

    /// An officer who acts at the machine itself, with the roles held now.
    pub async fn unbound(app: &App, officer: &OfficerId) -> Result<Self, IdentityError> {
        let db = &app.store.feed;
        if rows::officer(db, officer).await?.is_none_or(|officer| !officer.active) {
            return Err(IdentityError::OfficerInactive);
        }
        let (roles, enrolled) = (BTreeMap::new(), BTreeSet::new());
        let mut caller = Self { officer: *officer, device: None, late: false, roles, enrolled };
        for grant in rows::grants_of(db, officer).await?.into_iter().filter(|grant| grant.revoked_at.is_none()) {
            caller.roles.entry(grant.operation).or_default().insert(grant.role);
        }
        Ok(caller)
    }

    /// Roles by operation, as a token says them.
    pub fn operations(&self) -> BTreeMap<OperationId, Vec<String>> {
        let codes = |roles: &BTreeSet<Role>| roles.iter().map(|role| role.code().to_owned()).collect();
        self.roles.iter().map(|(operation, roles)| (*operation, codes(roles))).collect()
    }

    /// Which operations the caller may read: those with any role but administrator, who runs the system and sees no content, and case
    /// officer, who sees people's records and no weapons. A role in the scope of the register holds in all.
    pub fn reads(&self) -> Scope {
        self.with(|role| !matches!(role, Role::Administrator | Role::CaseOfficer))
    }

    /// In which operations the caller may see which records of people there are, and read one for a purpose.
    pub fn reads_persons(&self) -> Scope {
        self.with(|role| matches!(role, Role::CaseOfficer | Role::Registrar))
    }

    /// Where the caller holds one of these roles.
    pub fn with(&self, wanted: impl Fn(Role) -> bool) -> Scope {
        let holding = self.roles.iter().filter(|(_, roles)| roles.iter().any(|role| wanted(*role)));
        let operations: BTreeSet<_> = holding.map(|(operation, _)| *operation).collect();
        if operations.contains(&REGISTER_SCOPE) { Scope::All } else { Scope::Only(operations) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn caller(roles: &[(u8, Role)]) -> Caller {
        let mut by_operation: BTreeMap<OperationId, BTreeSet<Role>> = BTreeMap::new();
        for (operation, role) in roles {
            by_operation.entry(OperationId::from_bytes([*operation; 16])).or_default().insert(*role);
        }
        let officer = OfficerId::from_bytes([9; 16]);
        Caller { officer, device: None, late: false, roles: by_operation, enrolled: BTreeSet::new() }
    }

    #[test]
    fn an_administrator_reads_no_content() {
        assert!(caller(&[(0, Role::Administrator), (1, Role::Administrator)]).reads().is_empty());
    }

    #[test]
    fn a_case_officer_sees_people_and_no_weapons_and_few_others_see_people() {
        let case_officer = caller(&[(1, Role::CaseOfficer)]);
        assert!(case_officer.reads().is_empty());
        assert!(case_officer.reads_persons().holds(&OperationId::from_bytes([1; 16])));
        for role in Role::ALL.into_iter().filter(|role| !matches!(role, Role::CaseOfficer | Role::Registrar)) {
            assert!(caller(&[(0, role), (1, role)]).reads_persons().is_empty(), "{role:?}");
        }
    }

    #[test]
    fn a_role_reads_its_own_operation_and_one_in_the_register_reads_all() {
        let own = caller(&[(1, Role::Collector), (2, Role::Administrator)]).reads();
        assert!(own.holds(&OperationId::from_bytes([1; 16])));
        assert!(!own.holds(&OperationId::from_bytes([2; 16])));
        assert!(own.narrowed(Some(OperationId::from_bytes([2; 16]))).is_empty());
        assert_eq!(caller(&[(0, Role::Auditor)]).reads(), Scope::All);
    }
}

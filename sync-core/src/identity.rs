//! Officers and what they may do: roles, scoped to operations.

use serde::{Deserialize, Serialize};

/// What an officer is trusted with in an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Records what comes in.
    Collector,
    /// Examines and describes; verifies.
    Inspector,
    /// Leads a site; takes custody, destroys under witnesses.
    Supervisor,
    /// Independent; reads and attests only.
    Witness,
    /// Keeps a store: custody, places, counts.
    Storekeeper,
    /// Answers for the register: corrects, chooses, decides.
    Registrar,
    /// Traces; adds notes and references.
    TracingOfficer,
    /// Reads all, says nothing.
    Auditor,
    /// Runs the system; has no say in content.
    Administrator,
    /// Looks after the people who handed weapons in: reads their sealed records for a purpose, and nothing else.
    CaseOfficer,
}

impl Role {
    /// All roles.
    pub const ALL: [Self; 10] = [
        Self::Collector,
        Self::Inspector,
        Self::Supervisor,
        Self::Witness,
        Self::Storekeeper,
        Self::Registrar,
        Self::TracingOfficer,
        Self::Auditor,
        Self::Administrator,
        Self::CaseOfficer,
    ];

    /// Its stable code, for example `tracing_officer`.
    pub fn code(self) -> &'static str {
        match self {
            Self::Collector => "collector",
            Self::Inspector => "inspector",
            Self::Supervisor => "supervisor",
            Self::Witness => "witness",
            Self::Storekeeper => "storekeeper",
            Self::Registrar => "registrar",
            Self::TracingOfficer => "tracing_officer",
            Self::Auditor => "auditor",
            Self::Administrator => "administrator",
            Self::CaseOfficer => "case_officer",
        }
    }

    /// The role with this code.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.code() == code)
    }
}

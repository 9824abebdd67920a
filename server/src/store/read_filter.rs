//! Conditions of a read, put together from constants of this room and bound values.

use std::collections::BTreeSet;

use ploughshare_core::ids::OperationId;

use super::db::Val;

/// Conditions that all must hold.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    clauses: Vec<String>,
    values: Vec<Val>,
}

impl Filter {
    /// No condition.
    pub fn new() -> Self {
        Self::default()
    }

    /// Binds a value and gives its placeholder.
    pub fn bind(&mut self, value: impl Into<Val>) -> String {
        self.values.push(value.into());
        format!("${}", self.values.len())
    }

    /// A condition written out.
    pub fn and(&mut self, clause: String) {
        self.clauses.push(clause);
    }

    /// A column has a value, where one is asked for.
    pub fn equal(&mut self, column: &'static str, value: Option<impl Into<Val>>) {
        if let Some(value) = value {
            let place = self.bind(value);
            self.and(format!("{column} = {place}"));
        }
    }

    /// A column names one of these operations; `None` is every one.
    pub fn within(&mut self, column: &'static str, operations: Option<&BTreeSet<OperationId>>) {
        if let Some(operations) = operations {
            let clause = self.one_of(column, operations);
            self.and(clause);
        }
    }

    /// The clause that a column names one of these operations.
    pub fn one_of(&mut self, column: &'static str, operations: &BTreeSet<OperationId>) -> String {
        if operations.is_empty() {
            return "1 = 0".to_owned();
        }
        let places: Vec<_> = operations.iter().map(|operation| self.bind(operation)).collect();
        format!("{column} in ({})", places.join(", "))
    }

    /// The whole as SQL, with its `where` if there is any.
    pub fn sql(&self) -> String {
        if self.clauses.is_empty() { String::new() } else { format!("where {}", self.clauses.join(" and ")) }
    }

    /// What is bound.
    pub fn values(&self) -> &[Val] {
        &self.values
    }
}

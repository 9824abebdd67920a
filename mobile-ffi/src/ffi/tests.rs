//! Stories of the gate, with an app in memory.

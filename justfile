# What developers run. `just` lists it. CI runs `.ci/run`, nothing else.

# List the recipes.
default:
    @just --list

# Type-check everything.
check:
    cargo check --workspace --all-targets

# Run the tests; those of PostgreSQL need PLOUGHSHARE_TEST_POSTGRES, see `just postgres`.
test *filter:
    cargo test --workspace {{filter}}

# Format in place.
fmt:
    cargo fmt --all

# Lints, as CI sees them.
lint:
    cargo clippy --workspace --all-targets -- -D warnings

# Licences, sources and advisories (needs cargo-deny).
deny:
    cargo deny check

# Everything that CI runs.
ci:
    .ci/run

# Three tablets, one register, on this machine.
demo:
    cargo run --release -- demo

# Start a throw-away PostgreSQL for tests and print its URL.
postgres dir="/tmp/ploughshare-postgres":
    @.ci/postgres start {{dir}}

# Stop it and remove its files.
postgres-stop dir="/tmp/ploughshare-postgres":
    @.ci/postgres stop {{dir}}

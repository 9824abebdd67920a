//! Opening both databases, bringing them up to date, and scratch registers for `rebuild --check`.

use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;

use sqlx::migrate::Migrator;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, Executor, PgConnection};

use super::db::Db;
use super::error::{Result, StoreError};

static SQLITE_FEED: Migrator = sqlx::migrate!("../migrations/sqlite/feed");
static SQLITE_REGISTER: Migrator = sqlx::migrate!("../migrations/sqlite/register");
static POSTGRES_FEED: Migrator = sqlx::migrate!("../migrations/postgres/feed");
static POSTGRES_REGISTER: Migrator = sqlx::migrate!("../migrations/postgres/register");

const BUSY: Duration = Duration::from_secs(15);
const READERS: u32 = 4;
const POSTGRES_CONNECTIONS: u32 = 12;
const STATEMENTS: usize = 512;
/// Held while schemas are created and migrated, so that two servers may start at once. Any constant number will do.
const POSTGRES_START_LOCK: &str = "select pg_advisory_lock(7320945518634)";

/// Where the databases are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// A directory with `feed.db` and `register.db`.
    SqliteDir(PathBuf),
    /// A PostgreSQL database with the schemas `feed` and `register`, or `NAME_feed` and `NAME_register`.
    PostgresUrl {
        /// The address, without our own `schema` parameter. Holds a password: never log it.
        url: String,
        /// A prefix for the schemas, so that several registers can share one database.
        schema: Option<String>,
    },
}

impl Target {
    /// Reads `postgres://…[?schema=NAME]`, or a directory.
    pub fn parse(text: &str) -> Result<Self> {
        if !(text.starts_with("postgres://") || text.starts_with("postgresql://")) {
            if let Some((scheme, _)) = text.split_once("://") {
                return Err(StoreError::Address(format!(
                    "`{scheme}` is not known; use postgres://… or leave it out for SQLite"
                )));
            }
            return Ok(Self::SqliteDir(PathBuf::from(text)));
        }
        let (base, query) = text.split_once('?').unwrap_or((text, ""));
        let mut schema = None;
        let mut kept = Vec::new();
        for parameter in query.split('&').filter(|parameter| !parameter.is_empty()) {
            match parameter.strip_prefix("schema=") {
                Some(name) => schema = Some(plain_name(name)?),
                None => kept.push(parameter),
            }
        }
        let url = if kept.is_empty() { base.to_owned() } else { format!("{base}?{}", kept.join("&")) };
        PgConnectOptions::from_str(&url).map_err(|error| StoreError::Address(error.to_string()))?;
        Ok(Self::PostgresUrl { url, schema })
    }
}

/// A schema name that needs no quoting.
fn plain_name(name: &str) -> Result<String> {
    let plain = (1..=40).contains(&name.len())
        && name.starts_with(|first: char| first.is_ascii_lowercase())
        && name.chars().all(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '_');
    if plain {
        Ok(name.to_owned())
    } else {
        Err(StoreError::Address(format!(
            "schema `{name}`: at most 40 lower-case letters, digits and underscores, a letter first"
        )))
    }
}

/// Which of the two databases.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Feed,
    Register,
}

impl Part {
    fn name(self) -> &'static str {
        match self {
            Self::Feed => "feed",
            Self::Register => "register",
        }
    }
}

/// The feed and the register.
#[derive(Debug, Clone)]
pub struct Store {
    /// What was said.
    pub feed: Db,
    /// What is made of it.
    pub register: Db,
}

/// A register of its own, empty at first, beside the real one. Give it to [`Store::drop_scratch`] when done.
#[derive(Debug)]
pub struct Scratch {
    /// The scratch register.
    pub register: Db,
    place: ScratchPlace,
}

#[derive(Debug)]
enum ScratchPlace {
    File(PathBuf),
    Schema { url: String, schema: String },
}

impl Store {
    /// Opens both databases, creating and migrating them where needed. Safe when two servers start at once.
    pub async fn open(target: &Target) -> Result<Self> {
        match target {
            Target::SqliteDir(dir) => {
                private_dir(dir)?;
                let _lock = start_lock(dir).await?;
                let feed = open_sqlite(&dir.join("feed.db"), Part::Feed).await?;
                let register = open_sqlite(&dir.join("register.db"), Part::Register).await?;
                Ok(Self { feed, register })
            }
            Target::PostgresUrl { url, schema } => {
                let feed = open_postgres(url, &schema_name(schema.as_deref(), "feed"), Part::Feed).await?;
                let register = open_postgres(url, &schema_name(schema.as_deref(), "register"), Part::Register).await?;
                Ok(Self { feed, register })
            }
        }
    }

    /// Makes a fresh, empty register: `register.NAME.db` in the directory, or the schema `register_NAME`. One of that
    /// name left over from before is removed first.
    pub async fn open_register_at(target: &Target, name: &str) -> Result<Scratch> {
        let name = plain_name(name)?;
        match target {
            Target::SqliteDir(dir) => {
                private_dir(dir)?;
                let path = dir.join(format!("register.{name}.db"));
                remove_sqlite(&path)?;
                let register = open_sqlite(&path, Part::Register).await?;
                Ok(Scratch { register, place: ScratchPlace::File(path) })
            }
            Target::PostgresUrl { url, schema } => {
                let schema = schema_name(schema.as_deref(), &format!("register_{name}"));
                drop_schema(url, &schema).await?;
                let register = open_postgres(url, &schema, Part::Register).await?;
                Ok(Scratch { register, place: ScratchPlace::Schema { url: url.clone(), schema } })
            }
        }
    }

    /// Closes and removes a scratch register.
    pub async fn drop_scratch(scratch: Scratch) -> Result<()> {
        scratch.register.close().await;
        match scratch.place {
            ScratchPlace::File(path) => remove_sqlite(&path),
            ScratchPlace::Schema { url, schema } => drop_schema(&url, &schema).await,
        }
    }

    /// Copies both SQLite files into `dir` while work goes on, the register first, so that it never knows more than the
    /// feed beside it. PostgreSQL has its own tools.
    pub async fn backup(&self, dir: &Path) -> Result<()> {
        private_dir(dir)?;
        for (db, file) in [(&self.register, "register.db"), (&self.feed, "feed.db")] {
            let Db::Sqlite { writer, .. } = db else { return Err(StoreError::BackupElsewhere) };
            let path = dir.join(file);
            if path.exists() {
                return Err(StoreError::Path { path, source: std::io::ErrorKind::AlreadyExists.into() });
            }
            let mut connection = writer.connect_options().connect().await?;
            sqlx::query("vacuum into $1").bind(path.display().to_string()).execute(&mut connection).await?;
            connection.close().await?;
        }
        Ok(())
    }

    /// Closes all connections, waiting for those in use.
    pub async fn close(&self) {
        self.feed.close().await;
        self.register.close().await;
    }
}

fn schema_name(prefix: Option<&str>, name: &str) -> String {
    prefix.map_or_else(|| name.to_owned(), |prefix| format!("{prefix}_{name}"))
}

fn at(path: &Path) -> impl FnOnce(std::io::Error) -> StoreError {
    let path = path.to_owned();
    move |source| StoreError::Path { path, source }
}

/// Creates a directory that only its owner can enter.
fn private_dir(dir: &Path) -> Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(dir).map_err(at(dir))
}

/// Held while the files are created and migrated.
async fn start_lock(dir: &Path) -> Result<std::fs::File> {
    let path = dir.join("start.lock");
    let file = std::fs::OpenOptions::new().create(true).truncate(false).write(true).open(&path).map_err(at(&path))?;
    let locking = tokio::task::spawn_blocking(move || file.lock().map(|()| file)).await;
    locking.map_err(|error| std::io::Error::other(error.to_string())).flatten().map_err(at(&path))
}

async fn open_sqlite(path: &Path, part: Part) -> Result<Db> {
    let base = SqliteConnectOptions::new()
        .filename(path)
        .foreign_keys(true)
        .busy_timeout(BUSY)
        .statement_cache_capacity(STATEMENTS)
        .pragma("temp_store", "memory")
        .log_statements(tracing::log::LevelFilter::Off);
    let writing = base
        .clone()
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(if part == Part::Feed { SqliteSynchronous::Full } else { SqliteSynchronous::Normal })
        .pragma("cache_size", if part == Part::Feed { "-8192" } else { "-32768" })
        .pragma("journal_size_limit", "67108864")
        // What is deleted is a person's key: it goes from the file, not only from the index.
        .pragma("secure_delete", if part == Part::Feed { "on" } else { "off" });
    let writer = SqlitePoolOptions::new()
        .max_connections(1)
        .min_connections(1)
        .acquire_timeout(BUSY)
        .idle_timeout(None)
        .max_lifetime(None)
        .connect_with(writing)
        .await?;
    let migrator = if part == Part::Feed { &SQLITE_FEED } else { &SQLITE_REGISTER };
    migrator.run(&writer).await.map_err(|error| StoreError::from_migration(part.name(), error))?;
    let readers = SqlitePoolOptions::new()
        .max_connections(READERS)
        .acquire_timeout(BUSY)
        .idle_timeout(None)
        .max_lifetime(None)
        .connect_with(base.read_only(true).pragma("cache_size", "-8192").pragma("mmap_size", "67108864"))
        .await?;
    Ok(Db::Sqlite { writer, readers })
}

fn remove_sqlite(path: &Path) -> Result<()> {
    for suffix in ["", "-wal", "-shm"] {
        let mut name = path.as_os_str().to_owned();
        name.push(suffix);
        let file = PathBuf::from(name);
        match std::fs::remove_file(&file) {
            Ok(()) => {}
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => return Err(at(&file)(error)),
        }
    }
    Ok(())
}

fn postgres_options(url: &str) -> Result<PgConnectOptions> {
    Ok(PgConnectOptions::from_str(url)
        .map_err(|error| StoreError::Address(error.to_string()))?
        .statement_cache_capacity(STATEMENTS)
        .application_name("ploughshare")
        .log_statements(tracing::log::LevelFilter::Off))
}

async fn open_postgres(url: &str, schema: &str, part: Part) -> Result<Db> {
    let options = postgres_options(url)?;
    let mut starter = PgConnection::connect_with(&options).await?;
    starter.execute(POSTGRES_START_LOCK).await?;
    let opened = open_postgres_locked(options, &mut starter, schema, part).await;
    // Closing the connection gives the lock back.
    starter.close().await?;
    opened
}

async fn open_postgres_locked(
    options: PgConnectOptions,
    starter: &mut PgConnection,
    schema: &str,
    part: Part,
) -> Result<Db> {
    starter
        .execute(AssertSqlSafe(format!("set client_min_messages = warning; create schema if not exists {schema}")))
        .await?;
    if part == Part::Register {
        starter.execute("create extension if not exists pg_trgm with schema public").await?;
    }
    // The feed answers only when its rows are on disk; the register can be made again.
    let synchronous = if part == Part::Feed { "on" } else { "off" };
    let options = options.options([
        ("search_path", format!("{schema},public").as_str()),
        ("synchronous_commit", synchronous),
        ("lock_timeout", "15000"),
        ("idle_in_transaction_session_timeout", "120000"),
        ("client_min_messages", "warning"),
    ]);
    let pool =
        PgPoolOptions::new().max_connections(POSTGRES_CONNECTIONS).acquire_timeout(BUSY).connect_with(options).await?;
    let migrator = if part == Part::Feed { &POSTGRES_FEED } else { &POSTGRES_REGISTER };
    migrator.run(&pool).await.map_err(|error| StoreError::from_migration(part.name(), error))?;
    Ok(Db::Postgres(pool))
}

async fn drop_schema(url: &str, schema: &str) -> Result<()> {
    let mut connection = PgConnection::connect_with(&postgres_options(url)?).await?;
    connection
        .execute(AssertSqlSafe(format!("set client_min_messages = warning; drop schema if exists {schema} cascade")))
        .await?;
    connection.close().await?;
    Ok(())
}

/// Removes the schemas of a test.
#[cfg(test)]
pub(super) async fn drop_all(target: &Target) -> Result<()> {
    if let Target::PostgresUrl { url, schema: Some(prefix) } = target {
        for part in [Part::Feed, Part::Register] {
            drop_schema(url, &schema_name(Some(prefix), part.name())).await?;
        }
    }
    Ok(())
}

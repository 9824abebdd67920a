//! The one place that knows SQLite from PostgreSQL.
//!
//! Statements are shared text with `$1` placeholders. What differs is here: how a transaction begins, how many rows are
//! written at once, row locks, wake-up hints.

mod bulk;
mod value;

use std::future::Future;
use std::pin::Pin;

use sqlx::postgres::PgListener;
use sqlx::{AssertSqlSafe, PgPool, Postgres, SqlSafeStr, SqlStr, Sqlite, SqlitePool, Transaction};

use self::bulk::{Chunks, OnConflict};
pub use self::value::{Row, Val};
use super::error::Result;

/// One database: the feed or the register. Cheap to clone.
#[derive(Debug, Clone)]
pub enum Db {
    /// A file with one writer and several readers.
    Sqlite {
        /// One connection: SQLite has one writer.
        writer: SqlitePool,
        /// Read-only connections.
        readers: SqlitePool,
    },
    /// A schema of a PostgreSQL database.
    Postgres(PgPool),
}

/// A transaction. Dropped without [`Tx::commit`], it is rolled back.
#[derive(Debug)]
pub enum Tx {
    /// On SQLite.
    Sqlite(Transaction<'static, Sqlite>),
    /// On PostgreSQL.
    Postgres(Transaction<'static, Postgres>),
}

/// What asking gives. Boxed, so that its type does not name that of the statement: otherwise the compiler cannot see that a future
/// which asks with a plain text may move between threads.
pub type Asking<'a, T> = Pin<Box<dyn Future<Output = Result<T>> + Send + 'a>>;

/// Anything that can be asked: `&Db` (a connection of its own) or `&mut Tx` (inside the transaction).
pub trait Ask: Send + Sized {
    /// Runs a statement and returns its rows.
    fn ask<'a>(self, sql: impl SqlSafeStr, values: &'a [Val]) -> Asking<'a, Vec<Row>>
    where
        Self: 'a;

    /// The first row, if there is one.
    fn ask_one<'a>(self, sql: impl SqlSafeStr, values: &'a [Val]) -> Asking<'a, Option<Row>>
    where
        Self: 'a,
    {
        let rows = self.ask(sql, values);
        Box::pin(async move { Ok(rows.await?.into_iter().next()) })
    }
}

impl Ask for &Db {
    fn ask<'a>(self, sql: impl SqlSafeStr, values: &'a [Val]) -> Asking<'a, Vec<Row>>
    where
        Self: 'a,
    {
        let sql = sql.into_sql_str();
        Box::pin(async move { self.query(sql, values).await })
    }
}

impl Ask for &mut Tx {
    fn ask<'a>(self, sql: impl SqlSafeStr, values: &'a [Val]) -> Asking<'a, Vec<Row>>
    where
        Self: 'a,
    {
        let sql = sql.into_sql_str();
        Box::pin(async move { self.query(sql, values).await })
    }
}

impl Db {
    /// Runs a reading statement on the read pool.
    pub async fn query(&self, sql: impl SqlSafeStr + Send, values: &[Val]) -> Result<Vec<Row>> {
        let sql = sql.into_sql_str();
        match self {
            Self::Sqlite { readers, .. } => sqlite_query(readers, sql, values).await,
            Self::Postgres(pool) => postgres_query(pool, sql, values).await,
        }
    }

    /// The first row of a reading statement, if there is one.
    pub async fn query_one(&self, sql: impl SqlSafeStr + Send, values: &[Val]) -> Result<Option<Row>> {
        Ok(self.query(sql, values).await?.into_iter().next())
    }

    /// Begins a writing transaction. On SQLite it holds the write lock from here on (BEGIN IMMEDIATE).
    pub async fn begin_write(&self) -> Result<Tx> {
        Ok(match self {
            Self::Sqlite { writer, .. } => Tx::Sqlite(writer.begin_with("BEGIN IMMEDIATE").await?),
            Self::Postgres(pool) => Tx::Postgres(pool.begin().await?),
        })
    }

    /// Begins a reading transaction: everything read in it is from one moment.
    pub async fn begin_read(&self) -> Result<Tx> {
        Ok(match self {
            Self::Sqlite { readers, .. } => Tx::Sqlite(readers.begin().await?),
            Self::Postgres(pool) => {
                Tx::Postgres(pool.begin_with("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await?)
            }
        })
    }

    /// What to put at the end of a `SELECT` that locks its rows until commit. Empty on SQLite, where the writer is alone.
    pub fn for_update(&self) -> &'static str {
        if self.is_postgres() { " for update" } else { "" }
    }

    /// Whether this is PostgreSQL.
    pub fn is_postgres(&self) -> bool {
        matches!(self, Self::Postgres(_))
    }

    /// Listens for hints sent by other processes with [`Tx::hint`]. `None` on SQLite, where there are no other processes.
    /// A hint may be lost; polling is the truth.
    pub async fn listen(&self, channel: &str) -> Result<Option<PgListener>> {
        let Self::Postgres(pool) = self else { return Ok(None) };
        let mut listener = PgListener::connect_with(pool).await?;
        listener.listen(channel).await?;
        Ok(Some(listener))
    }

    /// Writes the log ahead into the database and empties it, so that what was deleted stands in neither. On PostgreSQL nothing: there old
    /// rows go when it vacuums.
    pub async fn forget_deleted(&self) -> Result<()> {
        if let Self::Sqlite { writer, .. } = self {
            sqlx::query("pragma wal_checkpoint(truncate)").execute(writer).await?;
        }
        Ok(())
    }

    /// Closes all connections, waiting for those in use.
    pub async fn close(&self) {
        match self {
            Self::Sqlite { writer, readers } => {
                readers.close().await;
                writer.close().await;
            }
            Self::Postgres(pool) => pool.close().await,
        }
    }
}

impl Tx {
    /// Runs a statement and returns how many rows it changed.
    pub async fn execute(&mut self, sql: impl SqlSafeStr + Send, values: &[Val]) -> Result<u64> {
        let sql = sql.into_sql_str();
        Ok(match self {
            Self::Sqlite(tx) => {
                sqlx::query_with(sql, value::sqlite_arguments(values)?).execute(&mut **tx).await?.rows_affected()
            }
            Self::Postgres(tx) => {
                sqlx::query_with(sql, value::postgres_arguments(values)?).execute(&mut **tx).await?.rows_affected()
            }
        })
    }

    /// Runs a statement (also one with RETURNING) and returns its rows.
    pub async fn query(&mut self, sql: impl SqlSafeStr + Send, values: &[Val]) -> Result<Vec<Row>> {
        let sql = sql.into_sql_str();
        match self {
            Self::Sqlite(tx) => sqlite_query(&mut **tx, sql, values).await,
            Self::Postgres(tx) => postgres_query(&mut **tx, sql, values).await,
        }
    }

    /// The first row, if there is one.
    pub async fn query_one(&mut self, sql: impl SqlSafeStr + Send, values: &[Val]) -> Result<Option<Row>> {
        Ok(self.query(sql, values).await?.into_iter().next())
    }

    /// Reads rows and locks them until commit. `sql` is a SELECT without the locking clause.
    pub async fn query_locked(&mut self, sql: &str, values: &[Val]) -> Result<Vec<Row>> {
        let suffix = if matches!(self, Self::Postgres(_)) { " for update" } else { "" };
        self.query(AssertSqlSafe(format!("{sql}{suffix}")), values).await
    }

    /// Inserts rows; a key that is there already is an error. Returns the number of rows written.
    pub async fn insert_many(&mut self, table: &str, columns: &[&str], rows: Vec<Vec<Val>>) -> Result<u64> {
        self.bulk(table, columns, rows, OnConflict::Fail).await
    }

    /// Inserts the rows whose keys are not there yet. Returns the number of rows written.
    pub async fn insert_missing(&mut self, table: &str, columns: &[&str], rows: Vec<Vec<Val>>) -> Result<u64> {
        self.bulk(table, columns, rows, OnConflict::Nothing).await
    }

    /// Inserts rows, or updates all columns but `keys` where the key is there. Of two rows with one key the last counts.
    pub async fn upsert_many(
        &mut self,
        table: &str,
        columns: &[&str],
        keys: &[&str],
        rows: Vec<Vec<Val>>,
    ) -> Result<u64> {
        bulk::check(table, columns, keys, &rows)?;
        let rows = bulk::last_of_each_key(columns, keys, rows);
        self.bulk(table, columns, rows, OnConflict::Update { keys }).await
    }

    /// Tells other processes, when this commits, that there is something new. Nothing on SQLite.
    pub async fn hint(&mut self, channel: &str) -> Result<()> {
        if let Self::Postgres(tx) = self {
            sqlx::query("select pg_notify($1, '')").bind(channel).execute(&mut **tx).await?;
        }
        Ok(())
    }

    /// Makes it so.
    pub async fn commit(self) -> Result<()> {
        match self {
            Self::Sqlite(tx) => tx.commit().await?,
            Self::Postgres(tx) => tx.commit().await?,
        }
        Ok(())
    }

    /// Undoes it, waiting for the database to say so.
    pub async fn rollback(self) -> Result<()> {
        match self {
            Self::Sqlite(tx) => tx.rollback().await?,
            Self::Postgres(tx) => tx.rollback().await?,
        }
        Ok(())
    }

    async fn bulk(
        &mut self,
        table: &str,
        columns: &[&str],
        rows: Vec<Vec<Val>>,
        on_conflict: OnConflict<'_>,
    ) -> Result<u64> {
        bulk::check(table, columns, &[], &rows)?;
        let mut written = 0;
        match self {
            Self::Sqlite(tx) => {
                for chunk in Chunks::sqlite(columns.len(), rows) {
                    let sql = bulk::sqlite_text(table, columns, chunk.len(), on_conflict);
                    let arguments = value::sqlite_arguments(chunk.iter().flatten())?;
                    written +=
                        sqlx::query_with(AssertSqlSafe(sql), arguments).execute(&mut **tx).await?.rows_affected();
                }
            }
            Self::Postgres(tx) => {
                for chunk in Chunks::postgres(rows) {
                    let (sql, arguments) = bulk::postgres_statement(table, columns, chunk, on_conflict)?;
                    written +=
                        sqlx::query_with(AssertSqlSafe(sql), arguments).execute(&mut **tx).await?.rows_affected();
                }
            }
        }
        Ok(written)
    }
}

async fn sqlite_query<'c>(
    executor: impl sqlx::Executor<'c, Database = Sqlite>,
    sql: SqlStr,
    values: &[Val],
) -> Result<Vec<Row>> {
    let rows = sqlx::query_with(sql, value::sqlite_arguments(values)?).fetch_all(executor).await?;
    rows.iter().map(value::sqlite_row).collect()
}

async fn postgres_query<'c>(
    executor: impl sqlx::Executor<'c, Database = Postgres>,
    sql: SqlStr,
    values: &[Val],
) -> Result<Vec<Row>> {
    let rows = sqlx::query_with(sql, value::postgres_arguments(values)?).fetch_all(executor).await?;
    rows.iter().map(value::postgres_row).collect()
}

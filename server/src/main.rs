//! `ploughshare`: the national register and the commands of those who run it.

use std::process::ExitCode;

#[tokio::main]
async fn main() -> ExitCode {
    ploughshare_server::commands::run(std::env::args_os()).await
}

//! `ploughshare device list|revoke`.

use ploughshare_core::ids::DeviceId;
use serde_json::json;

use super::answer::when;
use super::{Answer, Failure};
use crate::app::App;
use crate::identity::people;
use crate::store::identity::{self as rows, Device};

#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// All devices, newest first.
    List,
    /// Revoke a device, from now on; what it still holds is kept aside for review when it comes.
    Revoke {
        /// Its id.
        device: DeviceId,
    },
}

pub(super) async fn run(app: &App, command: Command) -> Result<Answer, Failure> {
    match command {
        Command::List => {
            let all = rows::devices(&app.store.feed).await?;
            let heads = ["device", "label", "officer", "enrolled", "lease until", "revoked"];
            Ok(Answer::table(&all, &heads, cells, row))
        }
        Command::Revoke { device } => {
            let changed = people::revoke_device(app, "operator", &device).await?;
            let text =
                if changed { "revoked; it cannot sync any more" } else { "it was revoked before; nothing was changed" };
            Ok(Answer::new(json!({ "device": device, "revoked": true, "changed": changed }), text))
        }
    }
}

fn cells(device: &Device) -> Vec<String> {
    vec![
        device.id.to_string(),
        device.label.clone(),
        device.officer.to_string(),
        when(device.enrolled_at),
        when(device.lease_until),
        device.revoked_at.map(when).unwrap_or_default(),
    ]
}

fn row(device: &Device) -> serde_json::Value {
    json!({
        "id": device.id,
        "label": device.label,
        "officer": device.officer,
        "algorithm": device.algorithm,
        "enrolled_at_ms": device.enrolled_at / 1000,
        "lease_until_ms": device.lease_until / 1000,
        "revoked_at_ms": device.revoked_at.map(|us| us / 1000),
    })
}

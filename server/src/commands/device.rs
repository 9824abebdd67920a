//! `ploughshare device list|revoke|reopen`.

use ploughshare_core::ids::DeviceId;
use serde_json::json;

use super::answer::when;
use super::{Answer, Failure};
use crate::app::App;
use crate::identity::people;
use crate::reopening;
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
    /// Allow a sealed tablet that was revoked, or whose store another tablet holds now, to be opened again, once.
    Reopen {
        /// The device that sealed the store.
        device: DeviceId,
        /// The device that opens it, where the store was restored on a tablet that was enrolled anew.
        #[arg(long)]
        by: Option<DeviceId>,
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
        Command::Reopen { device, by } => {
            let by = by.unwrap_or(device);
            let changed = reopening::allow(app, "operator", &device, &by).await?;
            let text = if changed {
                "allowed once; the tablet opens its store at its next `fieldkit reopen` or `fieldkit sync`"
            } else {
                "it was allowed before and not used yet; nothing was changed"
            };
            Ok(Answer::new(json!({ "device": device, "by": by, "allowed": true, "changed": changed }), text))
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

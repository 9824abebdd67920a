//! Passphrases: at least 15 characters, kept as argon2id, checked with the same work whether or not there is such an account.

use argon2::password_hash::phc::PasswordHash;
use argon2::{Algorithm, Argon2, Params, PasswordHasher as _, PasswordVerifier as _, Version};
use tokio::sync::Semaphore;

use super::IdentityError;

/// Fewest characters.
pub const LEAST: usize = 15;
/// Most characters.
pub const MOST: usize = 1_024;
/// Memory in KiB, passes, lanes: the second choice of RFC 9106 scaled to a register on one small machine, above what OWASP asks for.
const COST: (u32, u32, u32) = (32 * 1024, 3, 1);
/// Each hash takes 32 MiB; no more than these at once.
static AT_ONCE: Semaphore = Semaphore::const_new(2);

fn argon2() -> Argon2<'static> {
    let (memory, passes, lanes) = COST;
    Argon2::new(Algorithm::Argon2id, Version::V0x13, Params::new(memory, passes, lanes, None).unwrap_or_default())
}

/// Errors unless a new passphrase is long enough and not one letter over and over.
pub fn check_strength(passphrase: &str) -> Result<(), IdentityError> {
    let different = passphrase.chars().collect::<std::collections::BTreeSet<_>>().len();
    let fits = (LEAST..=MOST).contains(&passphrase.chars().count());
    if fits && different > 5 { Ok(()) } else { Err(IdentityError::WeakPassphrase) }
}

/// The form in which a passphrase is kept.
pub async fn hash(passphrase: String) -> Result<String, IdentityError> {
    check_strength(&passphrase)?;
    blocking(move || argon2().hash_password(passphrase.as_bytes()).map(|hash| hash.to_string()).ok())
        .await?
        .ok_or(IdentityError::Cancelled)
}

/// Whether a passphrase is the one kept. Without one kept, the same work is done, and the answer is no.
pub async fn fits(passphrase: String, kept: Option<String>) -> Result<bool, IdentityError> {
    if passphrase.chars().count() > MOST {
        return Ok(false);
    }
    blocking(move || {
        let parsed = kept.as_deref().and_then(|kept| PasswordHash::new(kept).ok());
        if let Some(hash) = parsed {
            argon2().verify_password(passphrase.as_bytes(), &hash).is_ok()
        } else {
            let mut out = [0; 32];
            // Only the time it takes matters.
            _ = argon2().hash_password_into(passphrase.as_bytes(), b"no such account.", &mut out);
            std::hint::black_box(out);
            false
        }
    })
    .await
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, IdentityError> {
    let _turn = AT_ONCE.acquire().await.map_err(|_| IdentityError::Cancelled)?;
    tokio::task::spawn_blocking(work).await.map_err(|_| IdentityError::Cancelled)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[tokio::test]
    async fn a_passphrase_fits_its_own_hash_only() {
        let kept = hash("correct horse battery".to_owned()).await.unwrap();
        assert!(kept.starts_with("$argon2id$v=19$m=32768,t=3,p=1$"), "{kept}");
        assert!(fits("correct horse battery".to_owned(), Some(kept.clone())).await.unwrap());
        assert!(!fits("correct horse batterY".to_owned(), Some(kept)).await.unwrap());
        assert!(!fits("correct horse battery".to_owned(), None).await.unwrap());
    }

    #[test]
    fn short_and_repeated_ones_are_refused() {
        for weak in ["", "fourteen chars", "aaaaaaaaaaaaaaaaaaaa", "abababababababababab"] {
            assert_eq!(check_strength(weak).unwrap_err().code(), "passphrase.weak");
        }
        assert!(check_strength("fifteen letters").is_ok());
    }
}

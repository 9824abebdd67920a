//! Tokens: short-lived JWTs, EdDSA and nothing else, by a key derived from the register's, so that all server processes of one register
//! accept them and none can be mistaken for a receipt or a checkpoint.

use std::collections::BTreeMap;

use ed25519_dalek::SigningKey;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use ploughshare_core::ids::{DeviceId, OfficerId, OperationId, RegisterId};
use ploughshare_core::keys::SecretKey;
use serde::{Deserialize, Serialize};

use super::challenge::derive;

/// What stands before the 32 bytes of an Ed25519 key in PKCS #8 (RFC 8410, 7).
const PKCS8_ED25519: [u8; 16] =
    [0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20];

/// What a token says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claims {
    /// The register that made it.
    pub iss: RegisterId,
    /// The officer.
    pub sub: OfficerId,
    /// The device, for a tablet; absent for a person at the console.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device: Option<DeviceId>,
    /// Roles by operation when it was made, for the client to read.
    pub operations: BTreeMap<OperationId, Vec<String>>,
    /// A revoked device's: good for bringing late work and nothing else.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub late: bool,
    /// When it was made, s since the Unix epoch.
    pub iat: i64,
    /// Until when it is good, s since the Unix epoch.
    pub exp: i64,
}

/// Why a token is not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// Not a token of this register.
    #[error("the token is not one of this register")]
    Invalid,
    /// Too old.
    #[error("the token has expired; ask for a new one")]
    Expired,
    /// The signing key could not be used: a fault of this program.
    #[error("the token could not be made")]
    Unmade,
}

impl TokenError {
    /// Stable code of this error.
    pub fn code(self) -> &'static str {
        match self {
            Self::Invalid => "token.invalid",
            Self::Expired => "token.expired",
            Self::Unmade => "token.unmade",
        }
    }
}

/// Makes and checks tokens.
#[derive(Clone)]
pub struct Tokens {
    register: RegisterId,
    encoding: EncodingKey,
    decoding: DecodingKey,
    validation: Validation,
}

impl Tokens {
    /// With a key derived from the register's.
    pub fn new(register: RegisterId, key: &SecretKey) -> Self {
        let key = SigningKey::from_bytes(&derive(key, "ploughshare token key v1"));
        let document = [PKCS8_ED25519.as_slice(), key.as_bytes()].concat();
        let mut validation = Validation::new(Algorithm::EdDSA);
        validation.set_issuer(&[register]);
        validation.set_required_spec_claims(&["exp", "iss", "sub"]);
        // Time comes in by the door, see `check`.
        validation.validate_exp = false;
        validation.validate_aud = false;
        Self {
            register,
            encoding: EncodingKey::from_ed_der(&document),
            decoding: DecodingKey::from_ed_der(key.verifying_key().as_bytes()),
            validation,
        }
    }

    /// A token of `minutes` from now.
    pub fn make(&self, mut claims: Claims, now_ms: i64, minutes: u32) -> Result<(String, i64), TokenError> {
        claims.iss = self.register;
        claims.iat = now_ms / 1000;
        claims.exp = claims.iat + i64::from(minutes) * 60;
        let expires_ms = claims.exp * 1000;
        let header = Header::new(Algorithm::EdDSA);
        let text = jsonwebtoken::encode(&header, &claims, &self.encoding).map_err(|_| TokenError::Unmade)?;
        Ok((text, expires_ms))
    }

    /// What a token says, if it is ours and still good.
    pub fn check(&self, text: &str, now_ms: i64) -> Result<Claims, TokenError> {
        let data =
            jsonwebtoken::decode::<Claims>(text, &self.decoding, &self.validation).map_err(|_| TokenError::Invalid)?;
        if now_ms / 1000 >= data.claims.exp {
            return Err(TokenError::Expired);
        }
        Ok(data.claims)
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    const NOW: i64 = 1_767_225_600_000;

    fn claims() -> Claims {
        let register = RegisterId::from_bytes([1; 16]);
        let sub = OfficerId::from_bytes([2; 16]);
        Claims { iss: register, sub, device: None, operations: BTreeMap::new(), late: false, iat: 0, exp: 0 }
    }

    fn tokens(seed: u8) -> Tokens {
        Tokens::new(RegisterId::from_bytes([1; 16]), &SecretKey::ed25519(&[seed; 32]))
    }

    #[test]
    fn a_token_is_good_until_it_expires() {
        let (text, expires_ms) = tokens(1).make(claims(), NOW, 15).unwrap();
        assert_eq!(expires_ms, NOW + 900_000);
        assert_eq!(tokens(1).check(&text, NOW).unwrap().sub, claims().sub);
        assert_eq!(tokens(1).check(&text, expires_ms), Err(TokenError::Expired));
        assert_eq!(tokens(2).check(&text, NOW), Err(TokenError::Invalid));
    }

    #[test]
    fn neither_no_algorithm_nor_another_one_is_accepted() {
        let (text, _) = tokens(1).make(claims(), NOW, 15).unwrap();
        let mut parts = text.split('.');
        let (_, body, signature) = (parts.next().unwrap(), parts.next().unwrap(), parts.next().unwrap());
        // {"alg":"none"} and {"alg":"HS256"} in base64url.
        for header in ["eyJhbGciOiJub25lIn0", "eyJhbGciOiJIUzI1NiJ9"] {
            for signature in ["", signature] {
                assert_eq!(tokens(1).check(&format!("{header}.{body}.{signature}"), NOW), Err(TokenError::Invalid));
            }
        }
        assert_eq!(tokens(1).check("", NOW), Err(TokenError::Invalid));
    }
}

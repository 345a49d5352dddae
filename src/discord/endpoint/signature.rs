//! Verifies that a request comes from Discord: Ed25519 signature, timestamp window, replay.

use std::collections::{HashSet, VecDeque};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use ed25519_dalek::{Signature, Verifier, VerifyingKey};
use tokio::time::Instant;

/// Largest difference between `X-Signature-Timestamp` and this machine's clock, in either direction.
pub(crate) const TIMESTAMP_TOLERANCE: Duration = Duration::from_secs(300);
/// How long a request stays valid: its timestamp may be [`TIMESTAMP_TOLERANCE`] ahead, and as long behind.
const REPLAY_WINDOW: Duration = TIMESTAMP_TOLERANCE.saturating_mul(2);
/// Bound on memory, a few MiB; the oldest entry is dropped first. Holds ten minutes of 100 verified requests a second,
/// each with a signature and an id.
const MAX_REPLAY_ENTRIES: usize = 1 << 17;

/// Why a request is rejected, with status 401.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum SignatureError {
    /// A header is missing or malformed.
    #[error("X-Signature-Ed25519 or X-Signature-Timestamp is missing or malformed")]
    InvalidHeaders,
    /// The timestamp is out of tolerance.
    #[error("X-Signature-Timestamp differs from this machine's clock by more than five minutes")]
    Stale,
    /// The signature does not match the key, the timestamp and the body.
    #[error("the signature does not match the body and DISCORD_PUBLIC_KEY")]
    InvalidSignature,
    /// The request or interaction was received before.
    #[error("this request was received before")]
    Replayed,
}

/// The well-formed signature headers of a request.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SignatureHeaders<'h> {
    signature: Signature,
    timestamp: &'h str,
}

impl<'h> SignatureHeaders<'h> {
    /// Parses the headers of a request received at `now`, in Unix seconds.
    ///
    /// # Errors
    /// If a header is missing or malformed, or the timestamp is out of tolerance.
    pub(crate) fn parse(
        signature: Option<&str>,
        timestamp: Option<&'h str>,
        now: u64,
    ) -> Result<SignatureHeaders<'h>, SignatureError> {
        let (Some(signature), Some(timestamp)) = (signature, timestamp) else {
            return Err(SignatureError::InvalidHeaders);
        };
        let signature = signature.parse().map_err(|_| SignatureError::InvalidHeaders)?;
        if !timestamp.bytes().all(|digit| digit.is_ascii_digit()) {
            return Err(SignatureError::InvalidHeaders);
        }
        let sent_at: u64 = timestamp.parse().map_err(|_| SignatureError::InvalidHeaders)?;
        if now.abs_diff(sent_at) > TIMESTAMP_TOLERANCE.as_secs() {
            return Err(SignatureError::Stale);
        }
        Ok(SignatureHeaders { signature, timestamp })
    }
}

/// Verifies signatures with the application's public key, and detects replays.
#[derive(Debug)]
pub(crate) struct SignatureVerifier {
    key: VerifyingKey,
    replay_cache: Mutex<ReplayCache>,
}

/// The ids of recent requests.
#[derive(Debug, Default)]
struct ReplayCache {
    seen: HashSet<u128>,
    insertion_order: VecDeque<(u128, Instant)>,
}

impl ReplayCache {
    /// Returns whether the id is new.
    fn insert(&mut self, id: u128, now: Instant) -> bool {
        while let Some((oldest, inserted_at)) = self.insertion_order.front().copied()
            && (inserted_at + REPLAY_WINDOW < now || self.insertion_order.len() >= MAX_REPLAY_ENTRIES)
        {
            self.insertion_order.pop_front();
            self.seen.remove(&oldest);
        }
        let first = self.seen.insert(id);
        if first {
            self.insertion_order.push_back((id, now));
        }
        first
    }
}

impl SignatureVerifier {
    /// `None` if this is no Ed25519 public key, or a weak one for which anyone can forge signatures.
    pub(crate) fn from_public_key(public_key: [u8; 32]) -> Option<SignatureVerifier> {
        let key = VerifyingKey::from_bytes(&public_key).ok().filter(|key| !key.is_weak())?;
        Some(SignatureVerifier { key, replay_cache: Mutex::default() })
    }

    /// Verifies the signature of a request and that it is new.
    ///
    /// # Errors
    /// [`SignatureError::InvalidSignature`] or [`SignatureError::Replayed`].
    pub(crate) fn verify(
        &self,
        headers: SignatureHeaders<'_>,
        body: &[u8],
        now: Instant,
    ) -> Result<(), SignatureError> {
        let SignatureHeaders { signature, timestamp } = headers;
        self.key
            .verify(&[timestamp.as_bytes(), body].concat(), &signature)
            .map_err(|_| SignatureError::InvalidSignature)?;
        // Signatures are not malleable and their first half differs for each message, so 128 bits of it identify the
        // message.
        self.check_replay(u128::from_be_bytes(signature.r_bytes().as_chunks().0[0]), now)
    }

    /// Checks that an interaction id is new, since the same interaction may be signed again.
    ///
    /// # Errors
    /// [`SignatureError::Replayed`].
    pub(crate) fn check_interaction_id(&self, interaction: u64, now: Instant) -> Result<(), SignatureError> {
        self.check_replay(u128::from(interaction), now)
    }

    fn check_replay(&self, id: u128, now: Instant) -> Result<(), SignatureError> {
        let mut cache = self.replay_cache.lock().unwrap_or_else(PoisonError::into_inner);
        if cache.insert(id, now) { Ok(()) } else { Err(SignatureError::Replayed) }
    }
}

#[cfg(test)]
mod tests {
    use ed25519_dalek::{Signer, SigningKey};
    use proptest::prelude::*;

    use super::*;

    const NOW: u64 = 1_800_000_000;

    fn signed(timestamp: u64, body: &[u8]) -> (SigningKey, String, String) {
        let key = SigningKey::from_bytes(&[7; 32]);
        let signature = key.sign(&[timestamp.to_string().as_bytes(), body].concat()).to_bytes();
        (key, signature.iter().map(|byte| format!("{byte:02x}")).collect(), timestamp.to_string())
    }

    #[test]
    fn a_signed_request_is_accepted_once() {
        let (key, signature, timestamp) = signed(NOW, b"body");
        let verifier = SignatureVerifier::from_public_key(key.verifying_key().to_bytes()).expect("a key");
        let (headers, now) =
            (SignatureHeaders::parse(Some(&signature), Some(&timestamp), NOW).expect("fresh"), Instant::now());
        assert_eq!(verifier.verify(headers, b"another body", now), Err(SignatureError::InvalidSignature));
        assert_eq!(verifier.verify(headers, b"body", now), Ok(()));
        assert_eq!(verifier.verify(headers, b"body", now + REPLAY_WINDOW), Err(SignatureError::Replayed));
        let uppercase = signature.to_uppercase();
        let headers = SignatureHeaders::parse(Some(&uppercase), Some(&timestamp), NOW).expect("fresh");
        assert_eq!(verifier.verify(headers, b"body", now), Err(SignatureError::Replayed));
        assert_eq!(
            (verifier.check_interaction_id(5, now), verifier.check_interaction_id(5, now)),
            (Ok(()), Err(SignatureError::Replayed))
        );
    }

    #[test]
    fn invalid_and_weak_keys_are_rejected() {
        let mut two = [0; 32];
        two[0] = 2;
        assert!(SignatureVerifier::from_public_key(two).is_none(), "not a point of the curve");
        let (mut neutral, mut minus_one) = ([0; 32], [0xff; 32]);
        neutral[0] = 1;
        (minus_one[0], minus_one[31]) = (0xec, 0x7f);
        for weak in [[0; 32], neutral, minus_one] {
            assert!(
                VerifyingKey::from_bytes(&weak).is_ok() && SignatureVerifier::from_public_key(weak).is_none(),
                "{weak:?}"
            );
        }
    }

    #[test]
    fn the_replay_cache_is_bounded_and_expires() {
        let (mut cache, now) = (ReplayCache::default(), Instant::now());
        for id in 0..=MAX_REPLAY_ENTRIES as u128 {
            assert!(cache.insert(id, now));
        }
        assert_eq!((cache.seen.len(), cache.insertion_order.len()), (MAX_REPLAY_ENTRIES, MAX_REPLAY_ENTRIES));
        assert!(!cache.insert(MAX_REPLAY_ENTRIES as u128, now) && cache.insert(0, now), "the oldest was dropped");
        let later = now + REPLAY_WINDOW + Duration::from_secs(1);
        assert!(cache.insert(MAX_REPLAY_ENTRIES as u128, later));
        assert_eq!((cache.seen.len(), cache.insertion_order.len()), (1, 1));
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn only_timestamps_within_five_minutes_are_accepted(offset in -1000_i64..1000) {
            let timestamp = NOW.checked_add_signed(offset).expect("a time").to_string();
            let signature = "0".repeat(128);
            let read = SignatureHeaders::parse(Some(&signature), Some(&timestamp), NOW);
            prop_assert_eq!(read.err(), (offset.abs() > 300).then_some(SignatureError::Stale));
        }

        #[test]
        fn no_header_panics(signature in "[0-9a-fA-Fxé]{0,3}|[0-9a-f]{126,130}", timestamp in "\\PC{0,30}|[-+]?[0-9]{0,25}") {
            if let Ok(headers) = SignatureHeaders::parse(Some(&signature), Some(&timestamp), NOW) {
                prop_assert_eq!(&format!("{:x}", headers.signature), &signature);
                prop_assert!(headers.timestamp.parse::<u64>().is_ok());
            }
            prop_assert_eq!(SignatureHeaders::parse(Some(&signature), None, NOW).err(), Some(SignatureError::InvalidHeaders));
            prop_assert_eq!(SignatureHeaders::parse(None, Some(&timestamp), NOW).err(), Some(SignatureError::InvalidHeaders));
        }
    }
}

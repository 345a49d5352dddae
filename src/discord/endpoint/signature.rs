//! Whether a request comes from Discord: sealed with its key, sealed just now, and not here before.

use std::collections::{HashSet, VecDeque};
use std::fmt;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use serenity::interactions_endpoint::Verifier;
use tokio::time::Instant;

/// A request whose time is further away than this, on either side, is refused.
pub const TIMESTAMP_TOLERANCE: Duration = Duration::from_secs(300);
/// A request may carry a time that far ahead, and is good for that long after it.
const REPLAY_WINDOW: Duration = TIMESTAMP_TOLERANCE.saturating_mul(2);
/// The most that is remembered; the oldest goes first. Only what Discord sealed comes in here: some 200 a second, for ten
/// minutes, in a few megabytes.
const MAX_REPLAY_ENTRIES: usize = 1 << 17;
/// Digits of a signature, in hex.
const SIGNATURE_HEX_LEN: usize = 128;

/// Why a request is refused. All of these are a 401.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SignatureError {
    /// The two headers are not there, or not of their form.
    #[error("X-Signature-Ed25519 or X-Signature-Timestamp is missing or no such thing")]
    InvalidHeaders,
    /// Its time is more than five minutes away.
    #[error("X-Signature-Timestamp is more than five minutes from this machine's clock")]
    Stale,
    /// Somebody else made it, or changed it.
    #[error("the signature is not of this body and DISCORD_PUBLIC_KEY")]
    InvalidSignature,
    /// It was here before.
    #[error("this request was here before")]
    Replayed,
}

/// What stands on the outside of a request.
#[derive(Clone, Copy, Debug)]
pub struct SignatureHeaders<'h> {
    signature: &'h str,
    timestamp: &'h str,
}

impl<'h> SignatureHeaders<'h> {
    /// Reads the headers of a request that came in at `now`, in seconds since 1970.
    ///
    /// # Errors
    /// Where they alone are reason enough to refuse it.
    pub fn parse(
        signature: Option<&'h str>,
        timestamp: Option<&'h str>,
        now: u64,
    ) -> Result<SignatureHeaders<'h>, SignatureError> {
        let (Some(signature), Some(timestamp)) = (signature, timestamp) else {
            return Err(SignatureError::InvalidHeaders);
        };
        let hex = signature.len() == SIGNATURE_HEX_LEN && signature.bytes().all(|digit| digit.is_ascii_hexdigit());
        if !hex || !timestamp.bytes().all(|digit| digit.is_ascii_digit()) {
            return Err(SignatureError::InvalidHeaders);
        }
        let then: u64 = timestamp.parse().map_err(|_| SignatureError::InvalidHeaders)?;
        if now.abs_diff(then) > TIMESTAMP_TOLERANCE.as_secs() {
            return Err(SignatureError::Stale);
        }
        Ok(SignatureHeaders { signature, timestamp })
    }
}

/// Discord's seal.
pub struct SignatureVerifier {
    verifier: Verifier,
    replay_cache: Mutex<ReplayCache>,
}

impl fmt::Debug for SignatureVerifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Seal").finish_non_exhaustive()
    }
}

/// What was here already.
#[derive(Default)]
struct ReplayCache {
    seen: HashSet<u128>,
    insertion_order: VecDeque<(u128, Instant)>,
}

impl ReplayCache {
    /// Whether this is here for the first time.
    fn insert(&mut self, mark: u128, now: Instant) -> bool {
        while let Some((old, since)) = self.insertion_order.front().copied()
            && (since + REPLAY_WINDOW < now || self.insertion_order.len() >= MAX_REPLAY_ENTRIES)
        {
            self.insertion_order.pop_front();
            self.seen.remove(&old);
        }
        let first = self.seen.insert(mark);
        if first {
            self.insertion_order.push_back((mark, now));
        }
        first
    }
}

impl SignatureVerifier {
    /// The seal that is checked with this public key; none where that is no key, or one that lets anybody seal.
    pub fn from_public_key(public_key: [u8; 32]) -> Option<SignatureVerifier> {
        let verifier = Verifier::try_new(public_key).ok()?;
        // With a key of small order, such as all zeros, the signature "nothing, by nobody" fits one text in eight at the least.
        let nobody = format!("01{}", "0".repeat(SIGNATURE_HEX_LEN - 2));
        let weak = (0..64_u8).any(|text| verifier.verify(&nobody, "", &[text]).is_ok());
        (!weak).then(|| SignatureVerifier { verifier, replay_cache: Mutex::default() })
    }

    /// Checks a request that is whole.
    ///
    /// # Errors
    /// Where it is not Discord's, or was here before.
    pub fn verify(&self, claim: SignatureHeaders<'_>, body: &[u8], now: Instant) -> Result<(), SignatureError> {
        let SignatureHeaders { signature, timestamp } = claim;
        self.verifier.verify(signature, timestamp, body).map_err(|()| SignatureError::InvalidSignature)?;
        // A signature has one form only, and its first half differs for each text.
        let mark = signature
            .get(..32)
            .and_then(|half| u128::from_str_radix(half, 16).ok())
            .ok_or(SignatureError::InvalidSignature)?;
        self.check_replay(mark, now)
    }

    /// Takes an interaction once, however often it is sealed anew.
    ///
    /// # Errors
    /// Where it was here before.
    pub fn check_interaction_id(&self, interaction: u64, now: Instant) -> Result<(), SignatureError> {
        self.check_replay(u128::from(interaction), now)
    }

    fn check_replay(&self, mark: u128, now: Instant) -> Result<(), SignatureError> {
        let mut known = self.replay_cache.lock().unwrap_or_else(PoisonError::into_inner);
        if known.insert(mark, now) { Ok(()) } else { Err(SignatureError::Replayed) }
    }
}

#[cfg(test)]
mod tests {
    use ed25519_dalek::{Signer, SigningKey};
    use proptest::prelude::*;

    use super::*;

    const NOW: u64 = 1_800_000_000;

    fn sealed(timestamp: u64, body: &[u8]) -> (SigningKey, String, String) {
        let key = SigningKey::from_bytes(&[7; 32]);
        let signature = key.sign(&[timestamp.to_string().as_bytes(), body].concat()).to_bytes();
        (key, signature.iter().map(|byte| format!("{byte:02x}")).collect(), timestamp.to_string())
    }

    #[test]
    fn what_discord_sealed_is_taken_once() {
        let (key, signature, timestamp) = sealed(NOW, b"body");
        let seal = SignatureVerifier::from_public_key(key.verifying_key().to_bytes()).expect("a key");
        let (claim, now) =
            (SignatureHeaders::parse(Some(&signature), Some(&timestamp), NOW).expect("fresh"), Instant::now());
        assert_eq!(seal.verify(claim, b"another body", now), Err(SignatureError::InvalidSignature));
        assert_eq!(seal.verify(claim, b"body", now), Ok(()));
        assert_eq!(seal.verify(claim, b"body", now + REPLAY_WINDOW), Err(SignatureError::Replayed));
        let capitals = signature.to_uppercase();
        let claim = SignatureHeaders::parse(Some(&capitals), Some(&timestamp), NOW).expect("fresh");
        assert_eq!(seal.verify(claim, b"body", now), Err(SignatureError::Replayed));
        assert_eq!(
            (seal.check_interaction_id(5, now), seal.check_interaction_id(5, now)),
            (Ok(()), Err(SignatureError::Replayed))
        );
    }

    #[test]
    fn what_is_no_key_or_anybodys_key_is_refused() {
        let mut two = [0; 32];
        two[0] = 2;
        assert!(SignatureVerifier::from_public_key(two).is_none(), "no point of the curve");
        let (mut neutral, mut minus_one) = ([0; 32], [0xff; 32]);
        neutral[0] = 1;
        (minus_one[0], minus_one[31]) = (0xec, 0x7f);
        for weak in [[0; 32], neutral, minus_one] {
            assert!(Verifier::try_new(weak).is_ok() && SignatureVerifier::from_public_key(weak).is_none(), "{weak:?}");
        }
    }

    #[test]
    fn no_more_than_so_much_is_remembered_and_nothing_for_ever() {
        let (mut known, now) = (ReplayCache::default(), Instant::now());
        for mark in 0..=MAX_REPLAY_ENTRIES as u128 {
            assert!(known.insert(mark, now));
        }
        assert_eq!((known.seen.len(), known.insertion_order.len()), (MAX_REPLAY_ENTRIES, MAX_REPLAY_ENTRIES));
        assert!(!known.insert(MAX_REPLAY_ENTRIES as u128, now) && known.insert(0, now), "the oldest went");
        let later = now + REPLAY_WINDOW + Duration::from_secs(1);
        assert!(known.insert(MAX_REPLAY_ENTRIES as u128, later));
        assert_eq!((known.seen.len(), known.insertion_order.len()), (1, 1));
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn only_the_last_five_minutes_and_the_next_are_fresh(away in -1000_i64..1000) {
            let timestamp = NOW.checked_add_signed(away).expect("a time").to_string();
            let signature = "0".repeat(SIGNATURE_HEX_LEN);
            let read = SignatureHeaders::parse(Some(&signature), Some(&timestamp), NOW);
            prop_assert_eq!(read.err(), (away.abs() > 300).then_some(SignatureError::Stale));
        }

        #[test]
        fn no_header_is_too_odd(signature in "[0-9a-fA-Fxé]{0,3}|[0-9a-f]{126,130}", timestamp in "\\PC{0,30}|[-+]?[0-9]{0,25}") {
            if let Ok(claim) = SignatureHeaders::parse(Some(&signature), Some(&timestamp), NOW) {
                prop_assert!(claim.signature.len() == SIGNATURE_HEX_LEN && claim.timestamp.parse::<u64>().is_ok());
            }
            prop_assert_eq!(SignatureHeaders::parse(Some(&signature), None, NOW).err(), Some(SignatureError::InvalidHeaders));
            prop_assert_eq!(SignatureHeaders::parse(None, Some(&timestamp), NOW).err(), Some(SignatureError::InvalidHeaders));
        }
    }
}

//! Whether a request comes from Discord: sealed with its key, sealed just now, and not here before.

use std::collections::{HashSet, VecDeque};
use std::fmt;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use serenity::interactions_endpoint::Verifier;
use tokio::time::Instant;

/// A request whose time is further away than this, on either side, is refused.
pub const WINDOW: Duration = Duration::from_secs(300);
/// A request may carry a time that far ahead, and is good for that long after it.
const REMEMBERED: Duration = WINDOW.saturating_mul(2);
/// The most that is remembered; the oldest goes first. Only what Discord sealed comes in here: some 200 a second, for ten
/// minutes, in a few megabytes.
const MOST: usize = 1 << 17;
/// Digits of a signature, in hex.
const SIGNATURE: usize = 128;

/// Why a request is refused. All of these are a 401.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Broken {
    /// The two headers are not there, or not of their form.
    #[error("X-Signature-Ed25519 or X-Signature-Timestamp is missing or no such thing")]
    Missing,
    /// Its time is more than five minutes away.
    #[error("X-Signature-Timestamp is more than five minutes from this machine's clock")]
    Stale,
    /// Somebody else made it, or changed it.
    #[error("the signature is not of this body and DISCORD_PUBLIC_KEY")]
    Forged,
    /// It was here before.
    #[error("this request was here before")]
    Replayed,
}

/// What stands on the outside of a request.
#[derive(Clone, Copy, Debug)]
pub struct Claim<'h> {
    signature: &'h str,
    timestamp: &'h str,
}

impl<'h> Claim<'h> {
    /// Reads the headers of a request that came in at `now`, in seconds since 1970.
    ///
    /// # Errors
    /// Where they alone are reason enough to refuse it.
    pub fn read(signature: Option<&'h str>, timestamp: Option<&'h str>, now: u64) -> Result<Claim<'h>, Broken> {
        let (Some(signature), Some(timestamp)) = (signature, timestamp) else { return Err(Broken::Missing) };
        let hex = signature.len() == SIGNATURE && signature.bytes().all(|digit| digit.is_ascii_hexdigit());
        if !hex || !timestamp.bytes().all(|digit| digit.is_ascii_digit()) {
            return Err(Broken::Missing);
        }
        let then: u64 = timestamp.parse().map_err(|_| Broken::Missing)?;
        if now.abs_diff(then) > WINDOW.as_secs() {
            return Err(Broken::Stale);
        }
        Ok(Claim { signature, timestamp })
    }
}

/// Discord's seal.
pub struct Seal {
    verifier: Verifier,
    known: Mutex<Known>,
}

impl fmt::Debug for Seal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Seal").finish_non_exhaustive()
    }
}

/// What was here already.
#[derive(Default)]
struct Known {
    marks: HashSet<u128>,
    order: VecDeque<(u128, Instant)>,
}

impl Known {
    /// Whether this is here for the first time.
    fn first(&mut self, mark: u128, now: Instant) -> bool {
        while let Some((old, since)) = self.order.front().copied()
            && (since + REMEMBERED < now || self.order.len() >= MOST)
        {
            self.order.pop_front();
            self.marks.remove(&old);
        }
        let first = self.marks.insert(mark);
        if first {
            self.order.push_back((mark, now));
        }
        first
    }
}

impl Seal {
    /// The seal that is checked with this public key; none where that is no key, or one that lets anybody seal.
    pub fn of(public_key: [u8; 32]) -> Option<Seal> {
        let verifier = Verifier::try_new(public_key).ok()?;
        // With a key of small order, such as all zeros, the signature "nothing, by nobody" fits one text in eight at the least.
        let nobody = format!("01{}", "0".repeat(SIGNATURE - 2));
        let weak = (0..64_u8).any(|text| verifier.verify(&nobody, "", &[text]).is_ok());
        (!weak).then(|| Seal { verifier, known: Mutex::default() })
    }

    /// Checks a request that is whole.
    ///
    /// # Errors
    /// Where it is not Discord's, or was here before.
    pub fn check(&self, claim: Claim<'_>, body: &[u8], now: Instant) -> Result<(), Broken> {
        let Claim { signature, timestamp } = claim;
        self.verifier.verify(signature, timestamp, body).map_err(|()| Broken::Forged)?;
        // A signature has one form only, and its first half differs for each text.
        let mark = signature.get(..32).and_then(|half| u128::from_str_radix(half, 16).ok()).ok_or(Broken::Forged)?;
        self.first(mark, now)
    }

    /// Takes an interaction once, however often it is sealed anew.
    ///
    /// # Errors
    /// Where it was here before.
    pub fn once(&self, interaction: u64, now: Instant) -> Result<(), Broken> {
        self.first(u128::from(interaction), now)
    }

    fn first(&self, mark: u128, now: Instant) -> Result<(), Broken> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if known.first(mark, now) { Ok(()) } else { Err(Broken::Replayed) }
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
        let seal = Seal::of(key.verifying_key().to_bytes()).expect("a key");
        let (claim, now) = (Claim::read(Some(&signature), Some(&timestamp), NOW).expect("fresh"), Instant::now());
        assert_eq!(seal.check(claim, b"another body", now), Err(Broken::Forged));
        assert_eq!(seal.check(claim, b"body", now), Ok(()));
        assert_eq!(seal.check(claim, b"body", now + REMEMBERED), Err(Broken::Replayed));
        let capitals = signature.to_uppercase();
        let claim = Claim::read(Some(&capitals), Some(&timestamp), NOW).expect("fresh");
        assert_eq!(seal.check(claim, b"body", now), Err(Broken::Replayed));
        assert_eq!((seal.once(5, now), seal.once(5, now)), (Ok(()), Err(Broken::Replayed)));
    }

    #[test]
    fn what_is_no_key_or_anybodys_key_is_refused() {
        let mut two = [0; 32];
        two[0] = 2;
        assert!(Seal::of(two).is_none(), "no point of the curve");
        let (mut neutral, mut minus_one) = ([0; 32], [0xff; 32]);
        neutral[0] = 1;
        (minus_one[0], minus_one[31]) = (0xec, 0x7f);
        for weak in [[0; 32], neutral, minus_one] {
            assert!(Verifier::try_new(weak).is_ok() && Seal::of(weak).is_none(), "{weak:?}");
        }
    }

    #[test]
    fn no_more_than_so_much_is_remembered_and_nothing_for_ever() {
        let (mut known, now) = (Known::default(), Instant::now());
        for mark in 0..=MOST as u128 {
            assert!(known.first(mark, now));
        }
        assert_eq!((known.marks.len(), known.order.len()), (MOST, MOST));
        assert!(!known.first(MOST as u128, now) && known.first(0, now), "the oldest went");
        let later = now + REMEMBERED + Duration::from_secs(1);
        assert!(known.first(MOST as u128, later));
        assert_eq!((known.marks.len(), known.order.len()), (1, 1));
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn only_the_last_five_minutes_and_the_next_are_fresh(away in -1000_i64..1000) {
            let timestamp = NOW.checked_add_signed(away).expect("a time").to_string();
            let signature = "0".repeat(SIGNATURE);
            let read = Claim::read(Some(&signature), Some(&timestamp), NOW);
            prop_assert_eq!(read.err(), (away.abs() > 300).then_some(Broken::Stale));
        }

        #[test]
        fn no_header_is_too_odd(signature in "[0-9a-fA-Fxé]{0,3}|[0-9a-f]{126,130}", timestamp in "\\PC{0,30}|[-+]?[0-9]{0,25}") {
            if let Ok(claim) = Claim::read(Some(&signature), Some(&timestamp), NOW) {
                prop_assert!(claim.signature.len() == SIGNATURE && claim.timestamp.parse::<u64>().is_ok());
            }
            prop_assert_eq!(Claim::read(Some(&signature), None, NOW).err(), Some(Broken::Missing));
            prop_assert_eq!(Claim::read(None, Some(&timestamp), NOW).err(), Some(Broken::Missing));
        }
    }
}

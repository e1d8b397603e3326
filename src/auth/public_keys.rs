//! Public keys that clients bring: Ed25519 and RSA, as `openssl pkey -pubout` writes them.
//!
//! RSA is verified only, with PKCS #1 v1.5 and SHA-256, and never used with a private key.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ring::signature::{self, UnparsedPublicKey};

use super::keys::KeyKind;

/// An Ed25519 public key as SPKI (RFC 8410) is this, then its 32 bytes.
const ED25519_PREFIX: [u8; 12] = [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];
/// The algorithm of an RSA key as SPKI: `rsaEncryption` without parameters (RFC 3279).
const RSA_ALGORITHM: [u8; 13] =
    [0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00];
/// Bytes of a modulus that is taken: smaller ones can be broken, larger ones cost too much to verify.
const MODULUS: std::ops::RangeInclusive<usize> = 256..=512;
/// A PEM of the largest.
const TEXT_MAX: usize = 1_200;

const SEQUENCE: u8 = 0x30;
const INTEGER: u8 = 0x02;
const BIT_STRING: u8 = 0x03;

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PublicKey {
    Ed25519([u8; 32]),
    /// `RSAPublicKey` of PKCS #1, in DER.
    Rsa(Vec<u8>),
}

impl PublicKey {
    /// A key of this kind as a client gives it: PEM, or base64 alone; of Ed25519 also its 32 bytes.
    pub fn parse(kind: KeyKind, text: &str) -> Option<Self> {
        if text.len() > TEXT_MAX {
            return None;
        }
        // Of a PEM, what is between its marks; they may stand in one line with it, as a field of a page has it.
        let letters = text.split("-----").step_by(2).flat_map(str::chars);
        let body: String = letters.filter(|letter| !letter.is_whitespace()).collect();
        let bytes = STANDARD.decode(body).ok()?;
        match kind {
            KeyKind::HmacSha256 => None,
            KeyKind::Ed25519 => {
                let raw = bytes.strip_prefix(&ED25519_PREFIX).unwrap_or(&bytes);
                raw.try_into().ok().map(Self::Ed25519)
            }
            KeyKind::RsaSha256 => rsa_key(&bytes).map(Self::Rsa),
        }
    }

    /// As it is stored.
    pub fn material(&self) -> String {
        match self {
            Self::Ed25519(raw) => STANDARD.encode(raw),
            Self::Rsa(der) => STANDARD.encode(der),
        }
    }

    pub const fn kind(&self) -> KeyKind {
        match self {
            Self::Ed25519(_) => KeyKind::Ed25519,
            Self::Rsa(_) => KeyKind::RsaSha256,
        }
    }

    pub fn verify(&self, message: &[u8], signed: &[u8]) -> bool {
        let verified = match self {
            Self::Ed25519(raw) => UnparsedPublicKey::new(&signature::ED25519, raw).verify(message, signed),
            Self::Rsa(der) => {
                UnparsedPublicKey::new(&signature::RSA_PKCS1_2048_8192_SHA256, der).verify(message, signed)
            }
        };
        verified.is_ok()
    }
}

/// The contents of the DER element at the beginning, if it has this tag, and what follows it.
fn element(tag: u8, bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (found, rest) = bytes.split_first()?;
    let (first, rest) = rest.split_first()?;
    let (length, rest) = match first {
        short @ 0..=0x7f => (usize::from(*short), rest),
        // The length is in so many bytes; those of a key fit into two.
        long @ 0x81..=0x82 => {
            let (length, rest) = rest.split_at_checked(usize::from(long & 0x7f))?;
            (length.iter().fold(0, |length, byte| length << 8 | usize::from(*byte)), rest)
        }
        _ => return None,
    };
    (*found == tag).then(|| rest.split_at_checked(length)).flatten()
}

/// The PKCS #1 key in an SPKI, or the bytes themselves where they are one, if it is of a size that is taken.
fn rsa_key(bytes: &[u8]) -> Option<Vec<u8>> {
    let (outer, rest) = element(SEQUENCE, bytes)?;
    if !rest.is_empty() {
        return None;
    }
    let key = match element(SEQUENCE, outer) {
        Some((algorithm, rest)) => {
            let (bits, rest) = element(BIT_STRING, rest)?;
            let is_whole = rest.is_empty() && algorithm == RSA_ALGORITHM;
            // The first byte says how many bits are unused.
            bits.strip_prefix(&[0]).filter(|_| is_whole)?
        }
        None => bytes,
    };
    let (inner, rest) = element(SEQUENCE, key)?;
    let (modulus, exponent) = element(INTEGER, inner)?;
    let (exponent, end) = element(INTEGER, exponent)?;
    let modulus = modulus.strip_prefix(&[0]).unwrap_or(modulus);
    // An exponent that is even, or 1, verifies nothing.
    let is_odd = exponent.last().is_some_and(|last| last % 2 == 1) && exponent != [1];
    (rest.is_empty() && end.is_empty() && is_odd && MODULUS.contains(&modulus.len())).then(|| key.to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ed25519_comes_as_base64_or_pem() {
        let raw = STANDARD.encode([7; 32]);
        let spki = STANDARD.encode([&ED25519_PREFIX[..], &[7; 32]].concat());
        let pem = format!("-----BEGIN PUBLIC KEY-----\n{spki}\n-----END PUBLIC KEY-----\n");
        for text in [&raw, &spki, &pem, &pem.replace('\n', "\r\n"), &pem.replace('\n', " ")] {
            let found = PublicKey::parse(KeyKind::Ed25519, text);
            assert_eq!(found, Some(PublicKey::Ed25519([7; 32])), "{text}");
            assert_eq!(PublicKey::parse(KeyKind::RsaSha256, text), None, "{text}");
        }
        let long = STANDARD.encode([7; 270]);
        for text in ["", "-----BEGIN PUBLIC KEY-----", &raw[1..], &long] {
            assert_eq!(PublicKey::parse(KeyKind::Ed25519, text), None, "{text}");
        }
    }

    fn der(tag: u8, contents: &[u8]) -> Vec<u8> {
        let length = u16::try_from(contents.len()).expect("short").to_be_bytes();
        [&[tag, 0x82], &length[..], contents].concat()
    }

    fn pkcs1(modulus: usize, exponent: &[u8]) -> Vec<u8> {
        let modulus = [&[0][..], &vec![0xd5; modulus]].concat();
        der(SEQUENCE, &[der(INTEGER, &modulus), [&[2, 1][..], exponent].concat()].concat())
    }

    fn spki(key: &[u8]) -> Vec<u8> {
        let algorithm = [&[SEQUENCE, 13][..], &RSA_ALGORITHM].concat();
        der(SEQUENCE, &[algorithm, der(BIT_STRING, &[&[0][..], key].concat())].concat())
    }

    #[test]
    fn rsa_comes_as_spki_or_pkcs1_of_a_sound_size() {
        let parse = |bytes: &[u8]| PublicKey::parse(KeyKind::RsaSha256, &STANDARD.encode(bytes));
        for bytes in [256, 384, 512] {
            let key = pkcs1(bytes, &[3]);
            assert_eq!(parse(&key), Some(PublicKey::Rsa(key.clone())));
            assert_eq!(parse(&spki(&key)), Some(PublicKey::Rsa(key)));
        }
        let good = spki(&pkcs1(256, &[3]));
        let mut other = good.clone();
        other[20] ^= 1;
        let longer = [&good[..], &[0]].concat();
        for bad in
            [&pkcs1(128, &[3]), &pkcs1(513, &[3]), &pkcs1(256, &[4]), &pkcs1(256, &[1]), &other, &longer]
        {
            assert_eq!(parse(bad), None);
        }
        for end in 0..good.len() {
            assert_eq!(parse(&good[..end]), None, "cut at {end}");
        }
    }
}

//! The server's own secret, and what is made of it.

use std::fs::OpenOptions;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use ring::hmac;
use ring::rand::{SecureRandom, SystemRandom};

/// Without randomness nothing here is safe, and a system has none only while it starts.
const NO_RANDOMNESS: &str = "the system has randomness";

#[derive(Debug, thiserror::Error)]
pub enum KeyFileError {
    #[error("auth.key_file: cannot use {}: {reason}", .path.display())]
    Unusable { path: PathBuf, reason: std::io::Error },
    #[error("auth.key_file: {} can be read by others than its owner; make its mode 0600", .path.display())]
    Open { path: PathBuf },
    #[error("auth.key_file: {} does not hold 64 hexadecimal digits", .path.display())]
    Malformed { path: PathBuf },
}

/// What all tokens, seals and ids of this server hang on. Nodes of one system have the same.
pub struct ServerKey([u8; 32]);

impl ServerKey {
    /// A key that nobody has had, and that is gone with the process.
    pub fn fresh() -> Self {
        Self(random())
    }

    /// The key of a file, which is made when it is not there.
    pub fn load(path: &Path) -> Result<Self, KeyFileError> {
        let unusable = |reason| KeyFileError::Unusable { path: path.to_owned(), reason };
        let mut text = String::new();
        match OpenOptions::new().read(true).open(path) {
            Ok(mut file) => {
                if is_open_to_others(&file).map_err(unusable)? {
                    return Err(KeyFileError::Open { path: path.to_owned() });
                }
                file.read_to_string(&mut text).map_err(unusable)?;
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                let key = Self::fresh();
                create(path, &hex(&key.0)).map_err(unusable)?;
                return Ok(key);
            }
            Err(error) => return Err(unusable(error)),
        }
        let bytes = from_hex(text.trim()).and_then(|bytes| bytes.try_into().ok());
        bytes.map(Self).ok_or_else(|| KeyFileError::Malformed { path: path.to_owned() })
    }

    /// A key for one purpose: what is made for one is of no use for another.
    pub fn derive(&self, purpose: &str) -> hmac::Key {
        hmac::Key::new(hmac::HMAC_SHA256, self.derived(purpose).as_ref())
    }

    pub fn seal(&self) -> Seal {
        let derived = self.derived("seal of API secrets");
        let key =
            UnboundKey::new(&AES_256_GCM, derived.as_ref()).expect("a tag of SHA-256 has the key's length");
        Seal(LessSafeKey::new(key))
    }

    fn derived(&self, purpose: &str) -> hmac::Tag {
        hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &self.0), purpose.as_bytes())
    }
}

/// Written whole before it has its name: a crash leaves no half a key.
fn create(path: &Path, text: &str) -> std::io::Result<()> {
    let mut beside = path.as_os_str().to_owned();
    beside.push(".new");
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    let mut file = options.open(&beside)?;
    writeln!(file, "{text}")?;
    file.sync_all()?;
    std::fs::rename(&beside, path)
}

#[cfg(unix)]
fn is_open_to_others(file: &std::fs::File) -> std::io::Result<bool> {
    use std::os::unix::fs::MetadataExt;
    Ok(file.metadata()?.mode() & 0o077 != 0)
}

#[cfg(not(unix))]
fn is_open_to_others(_: &std::fs::File) -> std::io::Result<bool> {
    Ok(false)
}

/// Seals what has to be kept and not be read: AES-256-GCM, bound to what it belongs to.
pub struct Seal(LessSafeKey);

impl Seal {
    /// Base64 of a nonce and what is sealed. Random nonces of 96 bits are good for 2^32 seals.
    pub fn close(&self, secret: &[u8], belongs_to: &str) -> String {
        let nonce: [u8; NONCE_LEN] = random();
        let mut sealed = secret.to_vec();
        let aad = Aad::from(belongs_to.as_bytes());
        (self.0)
            .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), aad, &mut sealed)
            .expect("a secret is short");
        STANDARD_NO_PAD.encode([&nonce[..], &sealed].concat())
    }

    /// `None` when it was sealed with another key, for something else, or changed.
    pub fn open(&self, sealed: &str, belongs_to: &str) -> Option<Vec<u8>> {
        let mut bytes = STANDARD_NO_PAD.decode(sealed).ok()?;
        let (nonce, _) = bytes.split_first_chunk::<NONCE_LEN>()?;
        let nonce = Nonce::assume_unique_for_key(*nonce);
        let aad = Aad::from(belongs_to.as_bytes());
        let opened = self.0.open_in_place(nonce, aad, &mut bytes[NONCE_LEN..]).ok()?;
        Some(opened.to_vec())
    }
}

pub fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    SystemRandom::new().fill(&mut bytes).expect(NO_RANDOMNESS);
    bytes
}

pub fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

pub fn from_hex(text: &str) -> Option<Vec<u8>> {
    if !text.len().is_multiple_of(2) || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_file_is_made_once_for_its_owner_alone() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("server.key");
        let made = ServerKey::load(&path).expect("a new file");
        assert_eq!(ServerKey::load(&path).expect("the same").0, made.0);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = std::fs::metadata(&path).expect("a file").permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o640)).expect("a mode");
            assert!(matches!(ServerKey::load(&path), Err(KeyFileError::Open { .. })));
        }
    }

    #[test]
    fn a_key_file_of_something_else_is_refused() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("server.key");
        for text in ["", "00", &"0".repeat(63), &"g".repeat(64), &"0".repeat(66)] {
            create(&path, text).expect("written");
            assert!(matches!(ServerKey::load(&path), Err(KeyFileError::Malformed { .. })), "{text:?}");
        }
    }

    #[test]
    fn what_is_sealed_opens_for_what_it_belongs_to_only() {
        let (seal, other) = (ServerKey::fresh().seal(), ServerKey::fresh().seal());
        let sealed = seal.close(b"secret", "key-1");
        assert_eq!(seal.open(&sealed, "key-1").as_deref(), Some(&b"secret"[..]));
        assert_ne!(seal.close(b"secret", "key-1"), sealed, "each has a nonce of its own");
        assert_eq!(seal.open(&sealed, "key-2"), None);
        assert_eq!(other.open(&sealed, "key-1"), None);
        assert_eq!(seal.open(&sealed[4..], "key-1"), None);
        assert_eq!(seal.open("", "key-1"), None);
    }

    #[test]
    fn hexadecimal_goes_there_and_back() {
        assert_eq!(from_hex(&hex(&[0, 15, 255])), Some(vec![0, 15, 255]));
        for text in ["0", "0g", "+1", "é"] {
            assert_eq!(from_hex(text), None, "{text}");
        }
    }
}

//! Members of a zip archive as gzip: both hold the same compressed bytes, only what is around them differs,
//! so nothing is unpacked.

const CENTRAL_HEADER: &[u8] = b"PK\x01\x02";
const LOCAL_HEADER: &[u8] = b"PK\x03\x04";
const CENTRAL_LEN: usize = 46;
const LOCAL_LEN: usize = 30;
const DEFLATED: u16 = 8;
/// No name, no time, unknown system.
const GZIP_HEADER: [u8; 10] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff];

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_le_bytes(bytes.get(at..at + 2)?.try_into().ok()?))
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(bytes.get(at..at + 4)?.try_into().ok()?))
}

/// The member whose name ends so. `None` if there is none, or if it is stored in another way.
pub fn as_gzip(archive: &[u8], name_end: &str) -> Option<Vec<u8>> {
    // The record at the end tells where the directory is.
    let end = archive.len().checked_sub(22)?;
    let record = (0..=end).rev().find(|at| archive[*at..].starts_with(b"PK\x05\x06"))?;
    let mut at = u32_at(archive, record + 16)? as usize;
    while archive.get(at..)?.starts_with(CENTRAL_HEADER) {
        let name_len = usize::from(u16_at(archive, at + 28)?);
        let name = archive.get(at + CENTRAL_LEN..at + CENTRAL_LEN + name_len)?;
        if name.ends_with(name_end.as_bytes()) {
            return member(archive, at);
        }
        let extra = usize::from(u16_at(archive, at + 30)?) + usize::from(u16_at(archive, at + 32)?);
        at += CENTRAL_LEN + name_len + extra;
    }
    None
}

/// The member that this entry of the directory describes.
fn member(archive: &[u8], entry: usize) -> Option<Vec<u8>> {
    let (crc, packed, plain) =
        (u32_at(archive, entry + 16)?, u32_at(archive, entry + 20)? as usize, u32_at(archive, entry + 24)?);
    let local = u32_at(archive, entry + 42)? as usize;
    if !archive.get(local..)?.starts_with(LOCAL_HEADER) {
        return None;
    }
    let skip = usize::from(u16_at(archive, local + 26)?) + usize::from(u16_at(archive, local + 28)?);
    let start = local + LOCAL_LEN + skip;
    let bytes = archive.get(start..start + packed)?;
    let mut gzip = Vec::with_capacity(packed + 32);
    gzip.extend_from_slice(&GZIP_HEADER);
    match u16_at(archive, entry + 10)? {
        DEFLATED => gzip.extend_from_slice(bytes),
        // Not compressed: one block that says so, as long as it is short enough for one.
        0 => {
            let length = u16::try_from(packed).ok()?;
            gzip.push(1);
            gzip.extend_from_slice(&length.to_le_bytes());
            gzip.extend_from_slice(&(!length).to_le_bytes());
            gzip.extend_from_slice(bytes);
        }
        _ => return None,
    }
    gzip.extend_from_slice(&crc.to_le_bytes());
    gzip.extend_from_slice(&plain.to_le_bytes());
    Some(gzip)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_archive_has_no_members() {
        let release = utoipa_swagger_ui_vendored::SWAGGER_UI_VENDORED;
        assert_eq!(as_gzip(release, "/dist/no-such-file"), None);
        for broken in [&b""[..], b"PK", &[0; 64], &release[..release.len() / 2]] {
            assert_eq!(as_gzip(broken, "/dist/swagger-ui.css"), None);
        }
    }
}

/**
 * Public keys as people bring them, looked at before they are sent: what is pasted by mistake is often the private half, and that
 * is to stay where it is. Whether a key is a sound one the server decides.
 */

export type PublicKeyKind = "ed25519" | "rsa-sha256";

/** Lengths in bytes of an Ed25519 key: alone, and as SPKI (RFC 8410). */
const ED25519_BYTES = [32, 44];
/** Of an RSA key with 2048 to 4096 bits: from PKCS #1 with the shortest exponent to SPKI with a long one. */
const RSA_BYTES = { least: 268, most: 560 };
const SEQUENCE = 0x30;

/** The bytes of a PEM, or of its base64 alone; `null` where it is neither. */
function bytesOf(text: string): Uint8Array | null {
  const body = text
    .split("-----")
    .filter((_, at) => at % 2 === 0)
    .join("")
    .replace(/\s+/g, "");
  try {
    return Uint8Array.from(atob(body), (letter) => letter.charCodeAt(0));
  } catch {
    return null;
  }
}

/** What is wrong with the text of a public key; `undefined` where nothing is to be seen. */
export function problemOfPublicKey(kind: PublicKeyKind, text: string): string | undefined {
  if (/PRIVATE KEY/.test(text)) return "This is the private key: keep it, and give the public one";
  if (text.trim() === "") return "The public key is needed";
  const bytes = bytesOf(text);
  if (!bytes) return "A public key is PEM, or its base64 alone";
  const isRsa = bytes[0] === SEQUENCE && bytes.length >= RSA_BYTES.least && bytes.length <= RSA_BYTES.most;
  const isEd25519 = ED25519_BYTES.includes(bytes.length);
  if (kind === "ed25519") return isEd25519 ? undefined : "This is no Ed25519 key: one has 32 bytes";
  return isRsa ? undefined : "This is no RSA key of 2048 to 4096 bits";
}

/** Which secrets are refused because others know or can guess them: the defaults of other servers, documentation's examples, patterns. */

/** Shortest secret access key that an operator may choose, in characters. */
export const secretLengthMin = 16
const secretLengthMax = 128

const knownAccessKeyIds = new Set([
  'admin',
  'minioadmin',
  'rustfsadmin',
  'root',
  'akiaiosfodnn7example',
  'akiai44qh8dhbexample',
])

/** In small letters. The second block is longer than secretLengthMin, so that only this list refuses it. */
const knownSecrets = new Set([
  'admin',
  'changeme',
  'changeit',
  'default',
  'entrepot',
  'minio',
  'minioadmin',
  'minio123',
  'password',
  'qwerty',
  'root',
  'rustfsadmin',
  'secret',
  'secretkey',
  'secretaccesskey',
  'test',
  'verysecret',

  'wjalrxutnfemi/k7mdeng/bpxrficyexamplekey',
  'je7mtgbclwbf/2zp9utk/h3ycvf8bexamplekey',
  'verysecretkey1verysecretkey1',
  'minio-secret-key-change-me',
  'your-secret-access-key',
  'yoursecretaccesskey',
  'your_secret_access_key',
  'my-secret-access-key',
])

/** Why this access key id may not be used, as the end of a sentence; undefined where it may. */
export function accessKeyIdFault(accessKeyId: string): string | undefined {
  if (!/^[A-Za-z0-9._-]{3,128}$/.test(accessKeyId)) {
    return 'must be 3 to 128 letters, digits, hyphens, underscores or full stops'
  }
  if (knownAccessKeyIds.has(accessKeyId.toLowerCase())) {
    return 'is one that everybody knows and tries first; choose another'
  }
  return undefined
}

/** Why this secret may not be used, as the end of a sentence that does not repeat it; undefined where it may. */
export function secretFault(secret: string): string | undefined {
  if (secret.length < secretLengthMin) return `is too short; a secret has at least ${secretLengthMin} characters`
  if (secret.length > secretLengthMax) return `is too long; a secret has at most ${secretLengthMax} characters`
  if (!/^[\x21-\x7e]+$/.test(secret)) return 'may contain only printable ASCII characters, and no spaces'
  if (isGuessable(secret)) return 'is one that everybody knows or can guess; choose another'
  return undefined
}

/** Known, or known once its final digits are taken away, or such a word repeated, or made of very few characters. */
function isGuessable(secret: string): boolean {
  const text = secret.toLowerCase()
  if (new Set(text).size < 6) return true
  for (const candidate of [text, text.replace(/[\d!]+$/, '')]) {
    if (knownSecrets.has(candidate) || knownSecrets.has(repeatedUnit(candidate))) return true
  }
  return false
}

/** `abcabc` → `abc`; a text that is no repetition is its own unit. */
function repeatedUnit(text: string): string {
  if (text === '') return text
  return text.slice(0, (text + text).indexOf(text, 1))
}

/** Why these 64 hex digits may not be a master key, as the end of a sentence; undefined where they may. */
export function masterKeyFault(hex: string): string | undefined {
  if (!/^[0-9A-Fa-f]{64}$/.test(hex)) return 'must be exactly 64 hexadecimal digits (32 bytes)'
  const key = Buffer.from(hex, 'hex')
  const steps = new Set<number>()
  for (let index = 1; index < key.length; index++) steps.add((key[index]! - key[index - 1]! + 256) % 256)
  // All-zero, all-equal, counting up or down; a short piece repeated; too few different bytes to be random (chance below 10^-15).
  const patterned = steps.size === 1 || repeatedUnit(hex.toLowerCase()).length < 64 || new Set(key).size < 16
  return patterned ? 'is a pattern that can be guessed; make one with: openssl rand -hex 32' : undefined
}

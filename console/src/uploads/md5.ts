/** MD5 (RFC 1321), as ETags are made: browsers have none. It finds what differs by mistake, and proves nothing against whoever wants it to match. */

const shifts = [7, 12, 17, 22, 5, 9, 14, 20, 4, 11, 16, 23, 6, 10, 15, 21]
const sines = Uint32Array.from({ length: 64 }, (_, index) => Math.floor(Math.abs(Math.sin(index + 1)) * 2 ** 32))

export const md5Hex = (bytes: Uint8Array): string => hex(md5(bytes))

/** The ETag of an object of parts: the MD5 of theirs, and how many. */
export function md5OfParts(etags: readonly string[]): string {
  const all = new Uint8Array(etags.length * 16)
  for (const [index, etag] of etags.entries()) {
    for (let at = 0; at < 16; at++) all[index * 16 + at] = Number.parseInt(etag.slice(at * 2, at * 2 + 2), 16)
  }
  return `${md5Hex(all)}-${etags.length}`
}

function md5(bytes: Uint8Array): Uint8Array {
  const state = Uint32Array.of(0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476)
  const whole = bytes.length - (bytes.length % 64)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  for (let at = 0; at < whole; at += 64) block(state, view, at)

  // What is left, a 1 bit, zeros, and the length in bits.
  const rest = bytes.length - whole
  const tail = new Uint8Array(rest < 56 ? 64 : 128)
  tail.set(bytes.subarray(whole))
  tail[rest] = 0x80
  const tailView = new DataView(tail.buffer)
  tailView.setUint32(tail.length - 8, (bytes.length * 8) % 2 ** 32, true)
  tailView.setUint32(tail.length - 4, Math.floor(bytes.length / 2 ** 29), true)
  for (let at = 0; at < tail.length; at += 64) block(state, tailView, at)

  const result = new Uint8Array(16)
  const resultView = new DataView(result.buffer)
  for (const [index, word] of state.entries()) resultView.setUint32(index * 4, word, true)
  return result
}

function block(state: Uint32Array, view: DataView, at: number): void {
  let [a = 0, b = 0, c = 0, d = 0] = state
  for (let step = 0; step < 64; step++) {
    const round = step >> 4
    let mixed
    let word
    if (round === 0) {
      mixed = (b & c) | (~b & d)
      word = step
    } else if (round === 1) {
      mixed = (d & b) | (~d & c)
      word = (5 * step + 1) & 15
    } else if (round === 2) {
      mixed = b ^ c ^ d
      word = (3 * step + 5) & 15
    } else {
      mixed = c ^ (b | ~d)
      word = (7 * step) & 15
    }
    const sum = (a + mixed + sines[step]! + view.getUint32(at + word * 4, true)) | 0
    const shift = shifts[round * 4 + (step & 3)]!
    a = d
    d = c
    c = b
    b = (b + ((sum << shift) | (sum >>> (32 - shift)))) | 0
  }
  state[0] = state[0]! + a
  state[1] = state[1]! + b
  state[2] = state[2]! + c
  state[3] = state[3]! + d
}

const hex = (bytes: Uint8Array): string => [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('')

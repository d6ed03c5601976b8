/** Compares signatures in a time that does not tell where they differ. */
import { timingSafeEqual } from 'node:crypto'

const sizeMax = 64
const ours = Buffer.alloc(sizeMax)
const theirs = Buffer.alloc(sizeMax)

/** `computed` is what we made (at most 64 ASCII characters), `provided` what the client sent. */
export function sameSignature(computed: string, provided: string): boolean {
  const size = computed.length
  ours.write(computed, 'latin1')
  theirs.write(provided, 'latin1')
  // Characters beyond Latin-1 lose their high byte above, hence the plain comparison too: it runs only once the bytes agree.
  return timingSafeEqual(ours.subarray(0, size), theirs.subarray(0, size)) && computed === provided
}

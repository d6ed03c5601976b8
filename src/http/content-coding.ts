/** Which coding of a body a client takes (RFC 9110 12.5.3). */

export type Coding = 'br' | 'gzip'

const negotiatedMax = 256
const negotiated = new Map<string, Coding | undefined>()

/** The coding that the client prefers of ours, brotli before gzip; undefined for none. Clients send few different values: they are remembered. */
export function codingFor(acceptEncoding: string | undefined): Coding | undefined {
  if (acceptEncoding === undefined) return undefined
  const known = negotiated.get(acceptEncoding)
  if (known !== undefined || negotiated.has(acceptEncoding)) return known
  const coding = negotiate(acceptEncoding)
  if (negotiated.size >= negotiatedMax) negotiated.clear()
  negotiated.set(acceptEncoding, coding)
  return coding
}

function negotiate(acceptEncoding: string): Coding | undefined {
  const weights = new Map<string, number>()
  for (const element of acceptEncoding.split(',')) {
    const [name = '', ...parameters] = element.split(';').map((part) => part.trim().toLowerCase())
    const weight = parameters.find((parameter) => /^q\s*=/.test(parameter))
    weights.set(name === 'x-gzip' ? 'gzip' : name, weight === undefined ? 1 : weightOf(weight))
  }
  const any = weights.get('*') ?? 0
  const brotli = weights.get('br') ?? any
  const gzipped = weights.get('gzip') ?? any
  // What is not named at all is taken last of all.
  const identity = weights.get('identity') ?? 0
  const best = Math.max(brotli, gzipped)
  if (best === 0 || best < identity) return undefined
  return brotli >= gzipped ? 'br' : 'gzip'
}

/** 0 for what is no weight. */
function weightOf(parameter: string): number {
  const value = Number(parameter.slice(parameter.indexOf('=') + 1).trim())
  return value >= 0 && value <= 1 ? value : 0
}

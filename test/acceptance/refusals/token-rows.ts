/** Tokens that delivery refuses, each with the check that fails and what is said of it. */

export interface TokenRow {
  readonly what: string
  readonly claims?: object
  readonly header?: object
  /** What becomes of the token. */
  readonly change?: (token: string) => string
  readonly reason: string
  readonly check: string
  readonly differences?: readonly RegExp[]
}

export const inSeconds = (seconds: number): number => Math.floor(Date.now() / 1000) + seconds

export const tokenRows: readonly TokenRow[] = [
  { what: 'no token', change: () => '', reason: 'missing', check: 'token' },
  { what: 'no JSON Web Token', change: () => 'abc', reason: 'malformed', check: 'token form' },
  {
    what: 'another algorithm',
    header: { alg: 'HS256' },
    reason: 'algorithm',
    check: 'token form',
    differences: [/^alg: "HS256" \| RS256$/],
  },
  {
    what: 'a key that there is not',
    header: { kid: '00000000-0000-4000-8000-000000000000' },
    reason: 'unknown-key',
    check: 'signing key',
    differences: [/^kid: "0{8}-/],
  },
  {
    what: 'a signature that was cut',
    change: (token) => token.slice(0, -8),
    reason: 'signature',
    check: 'token signature',
  },
  { what: 'a claim that is none', claims: { uri: 7 }, reason: 'malformed', check: 'token claims' },
  {
    what: 'expired',
    claims: { exp: inSeconds(-600) },
    reason: 'expired',
    check: 'token times',
    differences: [/^exp: \d+ \(2.*Z\) \| a time to come$/],
  },
  {
    what: 'not yet valid',
    claims: { nbf: inSeconds(600) },
    reason: 'not-yet-valid',
    check: 'token times',
    differences: [/^nbf: \d+ \(2.*Z\) \| a time past$/],
  },
  {
    what: 'another uri',
    claims: { uri: 'other' },
    reason: 'uri',
    check: 'token uri',
    differences: [/^uri: "other" \| film\/a$/],
  },
  {
    what: 'another method',
    claims: { methods: ['HEAD'] },
    reason: 'method',
    check: 'token method',
    differences: [/^methods: \["HEAD"\] \| GET$/],
  },
  {
    what: 'another address',
    claims: { ip: '203.0.113.0/24' },
    reason: 'address',
    check: 'token address',
    differences: [/^ip: "203\.0\.113\.0\/24" \| 127\.0\.0\.1$/],
  },
  {
    what: 'another page',
    claims: { referer: 'www.example.com' },
    reason: 'referrer',
    check: 'token referrer',
    differences: [/^referer: "www\.example\.com" \| none was sent$/],
  },
  {
    what: 'another country',
    claims: { country: 'SE' },
    reason: 'country',
    check: 'token country',
    differences: [/^country: "SE" \| the client's country$/],
  },
  { what: 'revoked', claims: { jti: 'gone' }, reason: 'revoked', check: 'token revocation' },
]

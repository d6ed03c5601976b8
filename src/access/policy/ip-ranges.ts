/** Ranges of IP addresses in CIDR notation (RFC 4632, RFC 4291), and whether an address is in one. */
import { BlockList, isIP } from 'node:net'

export interface IpRange {
  readonly address: string
  readonly family: 'ipv4' | 'ipv6'
  /** Bits of the address that are fixed. */
  readonly prefix: number
}

/** `203.0.113.0/24`, `2001:db8::/32`, or one address; undefined where it is none. */
export function parseIpRange(text: string): IpRange | undefined {
  const slash = text.indexOf('/')
  const address = slash === -1 ? text : text.slice(0, slash)
  const version = address.includes('%') ? 0 : isIP(address)
  if (version === 0) return undefined
  const bits = version === 4 ? 32 : 128
  if (slash !== -1 && !/^(?:0|[1-9]\d{0,2})$/.test(text.slice(slash + 1))) return undefined
  const prefix = slash === -1 ? bits : Number(text.slice(slash + 1))
  return prefix > bits ? undefined : { address, family: version === 4 ? 'ipv4' : 'ipv6', prefix }
}

/** An IPv4 address in IPv6 notation (`::ffff:203.0.113.9`) counts as the IPv4 address. What is no address is in no range. */
export function isInRange({ address, family, prefix }: IpRange): (text: string) => boolean {
  const list = new BlockList()
  list.addSubnet(address, prefix, family)
  // One connection sends many requests, and asking costs a microsecond.
  let last: string | undefined
  let answer = false
  return (text) => {
    if (text !== last) {
      const version = isIP(text)
      answer = version !== 0 && list.check(text, version === 4 ? 'ipv4' : 'ipv6')
      last = text
    }
    return answer
  }
}

/** As AWS counts ranges that are no limit worth the name: wider than /8, or /32 in IPv6. */
export const isWide = ({ family, prefix }: IpRange): boolean => prefix < (family === 'ipv4' ? 8 : 32)

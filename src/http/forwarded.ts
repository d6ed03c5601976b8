/**
 * What trusted proxies say of the client behind them. Nothing is believed of a peer that is not a trusted proxy, and of a list of addresses
 * only the part that trusted proxies wrote: the client is the right-most address that is not one of them.
 */
import { BlockList, isIP, isIPv4 } from 'node:net'
import { parseHost } from './hosts.ts'

export interface Forwarded {
  readonly remoteAddress: string
  readonly secure: boolean
  readonly host: string | undefined
  readonly prefix: string | undefined
}

type Headers = Readonly<Record<string, string | undefined>>

/** Proxies in a row that are followed back. */
const hopsMax = 32

/** The set of the proxies' addresses. Throws for what is neither an address nor a CIDR. */
export function createTrust(cidrs: readonly string[]): (address: string) => boolean {
  if (cidrs.length === 0) return () => false
  const list = new BlockList()
  for (const cidr of cidrs) {
    const slash = cidr.indexOf('/')
    const address = slash < 0 ? cidr : cidr.slice(0, slash)
    const version = isIP(address)
    if (version === 0) throw new RangeError(`${cidr} is not a CIDR`)
    const bitsMax = version === 4 ? 32 : 128
    const bits = slash < 0 ? bitsMax : Number(cidr.slice(slash + 1))
    if (!Number.isInteger(bits) || bits < 0 || bits > bitsMax || cidr.endsWith('/')) {
      throw new RangeError(`${cidr} is not a CIDR`)
    }
    list.addSubnet(address, bits, version === 4 ? 'ipv4' : 'ipv6')
  }
  return (address) => isIP(address) !== 0 && list.check(address, isIPv4(address) ? 'ipv4' : 'ipv6')
}

/** An address without its zone (`fe80::1%eth0`), and an IPv4 address that came through an IPv6 socket in its own form. */
export function plainAddress(address: string): string {
  const zone = address.indexOf('%')
  const plain = zone < 0 ? address : address.slice(0, zone)
  return plain.startsWith('::ffff:') && isIPv4(plain.slice(7)) ? plain.slice(7) : plain
}

/**
 * What is forwarded by `peer`, who must be trusted. X-Forwarded-For, -Proto, -Host and -Prefix win; RFC 7239's Forwarded is read only where
 * none of the first three is there, since a proxy that writes those usually passes a client's own Forwarded on.
 */
export function readForwarded(
  peer: string,
  secure: boolean,
  headers: Headers,
  isTrusted: (address: string) => boolean,
): Forwarded {
  const prefix = readPrefix(headers['x-forwarded-prefix'])
  const addresses = headers['x-forwarded-for']
  const proto = headers['x-forwarded-proto']
  const host = headers['x-forwarded-host']
  if (addresses !== undefined || proto !== undefined || host !== undefined) {
    return {
      remoteAddress: clientOf(peer, split(addresses ?? '', ','), isTrusted),
      secure: proto === undefined ? secure : last(proto).toLowerCase() === 'https',
      host: host === undefined ? undefined : validHost(last(host)),
      prefix,
    }
  }
  const standard = headers['forwarded']
  if (standard === undefined) return { remoteAddress: peer, secure, host: undefined, prefix }
  const hops = split(standard, ',').map(readElement)
  const nearest = hops.at(-1)
  return {
    remoteAddress: clientOf(
      peer,
      hops.map((hop) => hop.get('for') ?? ''),
      isTrusted,
    ),
    secure: nearest?.has('proto') ? nearest.get('proto')!.toLowerCase() === 'https' : secure,
    host: validHost(nearest?.get('host') ?? ''),
    prefix,
  }
}

/** From the peer back, as long as the speaker is trusted and what it says is an address. */
function clientOf(peer: string, addresses: readonly string[], isTrusted: (address: string) => boolean): string {
  let client = peer
  const first = Math.max(0, addresses.length - hopsMax)
  for (let at = addresses.length - 1; at >= first && isTrusted(client); at--) {
    const address = addressOf(addresses[at]!)
    if (address === undefined) break
    client = address
  }
  return client
}

/** `192.0.2.1`, `192.0.2.1:80`, `2001:db8::1`, `[2001:db8::1]:80`. */
function addressOf(text: string): string | undefined {
  if (isIP(text) !== 0) return plainAddress(text.toLowerCase())
  const host = parseHost(text)
  return host !== undefined && isIP(host.name) !== 0 ? plainAddress(host.name) : undefined
}

/** One element of Forwarded (RFC 7239 4): `for=192.0.2.1;proto=https`. */
function readElement(text: string): Map<string, string> {
  const pairs = new Map<string, string>()
  for (const pair of split(text, ';')) {
    const equals = pair.indexOf('=')
    if (equals < 0) continue
    const value = pair.slice(equals + 1)
    const quoted = value.length >= 2 && value.startsWith('"') && value.endsWith('"')
    pairs.set(pair.slice(0, equals).toLowerCase(), quoted ? value.slice(1, -1) : value)
  }
  return pairs
}

const split = (text: string, by: string): string[] => text.split(by).map((part) => part.trim())

const last = (list: string): string => list.slice(list.lastIndexOf(',') + 1).trim()

const validHost = (text: string): string | undefined => (parseHost(text) === undefined ? undefined : text)

/** A path that the proxy took off, with its first slash and without its last. */
function readPrefix(value: string | undefined): string | undefined {
  if (value === undefined) return undefined
  let prefix = last(value)
  while (prefix.endsWith('/')) prefix = prefix.slice(0, -1)
  return /^(?:\/[A-Za-z0-9._~-]+)+$/.test(prefix) ? prefix : undefined
}

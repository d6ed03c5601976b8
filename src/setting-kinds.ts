/** The kinds of values that settings have: paths, numbers, addresses, names, URLs, networks. */
import { isIP } from 'node:net'
import { resolve } from 'node:path'
import { kindOf, quote, Unfit } from './setting.ts'
import type { Kind } from './setting.ts'

export const path = kindOf('path', (text, folder) => {
  if (text === '') throw new Unfit('is empty; write a path')
  if (text.includes('\0')) throw new Unfit('contains a NUL character')
  return resolve(folder, text)
})

export const boolean = kindOf('true or false', (text) => {
  switch (text.toLowerCase()) {
    case 'true':
    case 'yes':
    case 'on':
    case '1':
      return true
    case 'false':
    case 'no':
    case 'off':
    case '0':
      return false
    default:
      throw new Unfit(`is ${quote(text)}; write true or false`)
  }
})

export const integer = (min: number, max: number): Kind<number> =>
  kindOf(`whole number, ${min} to ${max}`, (text) => {
    const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN
    if (!(value >= min && value <= max))
      throw new Unfit(`is ${quote(text)}; write a whole number from ${min} to ${max}`)
    return value
  })

const units: Readonly<Record<string, number>> = { '': 1, B: 1, KiB: 1024, MiB: 1024 ** 2, GiB: 1024 ** 3 }

/** A number of bytes: `65536`, `64KiB`, `1MiB`. */
export const bytes = (min: number, max: number): Kind<number> =>
  kindOf('bytes, such as 64KiB', (text) => {
    const [, digits = '', unit = ''] = /^(\d{1,15}) ?([KMG]iB|B)?$/.exec(text) ?? []
    const value = digits === '' ? Number.NaN : Number(digits) * units[unit]!
    if (!(value >= min && value <= max)) {
      throw new Unfit(
        `is ${quote(text)}; write a number of bytes from ${min} to ${max}, such as ${max >= 65536 ? '64KiB' : max}`,
      )
    }
    return value
  })

export const oneOf = <const T extends string>(...choices: readonly T[]): Kind<T> =>
  kindOf(choices.join(', '), (text) => {
    const choice = choices.find((candidate) => candidate === text.toLowerCase())
    if (choice === undefined) throw new Unfit(`is ${quote(text)}; write one of ${choices.join(', ')}`)
    return choice
  })

/** Where a listener listens. */
export interface Address {
  /** A name or an IP address, without the brackets of IPv6. */
  readonly host: string
  /** 0 lets the system choose a free one. */
  readonly port: number
}

export const address = kindOf('host:port', (text): Address => {
  if (/^\d{1,5}$/.test(text)) throw new Unfit(`is ${quote(text)}; write host:port, such as 127.0.0.1:${text}`)
  if (/^[*]?:\d{1,5}$/.test(text))
    throw new Unfit(`is ${quote(text)}; for every interface write 0.0.0.0${text.slice(text.indexOf(':'))}`)
  const [, bracketed, plain, digits = ''] = /^(?:\[([0-9A-Fa-f:.]+)\]|([A-Za-z0-9._-]+)):(\d{1,5})$/.exec(text) ?? []
  const host = bracketed ?? plain
  const port = Number(digits)
  if (
    host === undefined ||
    (bracketed !== undefined && isIP(bracketed) !== 6) ||
    (plain !== undefined && looksLikeBadIp(plain))
  ) {
    throw new Unfit(`is ${quote(text)}; write host:port, such as 127.0.0.1:9000 or [::1]:9000`)
  }
  if (port > 65535) throw new Unfit(`has the port ${digits}; the highest is 65535`)
  return { host: host.toLowerCase(), port }
})

const looksLikeBadIp = (host: string): boolean => /^[\d.]+$/.test(host) && isIP(host) === 0

export const showAddress = ({ host, port }: Address): string => `${host.includes(':') ? `[${host}]` : host}:${port}`

/** Whether only this machine can reach a listener there. */
export const isLoopback = ({ host }: Address): boolean =>
  host === 'localhost' ||
  host === '::1' ||
  host.startsWith('::ffff:127.') ||
  (isIP(host) === 4 && host.startsWith('127.'))

/** RFC 1123 labels. A port or an address is refused: a bucket's name is put in front of it. */
export const domain = kindOf('domain name', (text) => {
  const name = text.toLowerCase().replace(/\.$/, '')
  const label = '[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?'
  if (name.length > 253 || isIP(name) !== 0 || !new RegExp(`^${label}(?:\\.${label})*$`).test(name)) {
    throw new Unfit(`has ${quote(text)}; write a domain name without scheme and port, such as s3.example.com`)
  }
  return name
})

export const region = kindOf('region name', (text) => {
  if (!/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/.test(text)) {
    throw new Unfit(`is ${quote(text)}; write a region name of small letters, digits and hyphens, such as us-east-1`)
  }
  return text
})

/** A URL of the web, as it was written, without a final slash. */
export const webUrl = kindOf('URL', (text) => {
  const url = URL.parse(text)
  if (url === null || !/^https?:$/.test(url.protocol) || url.username !== '' || url.password !== '') {
    throw new Unfit(`has ${quote(text)}; write a URL, such as https://www.example.com/path`)
  }
  return text.replace(/\/+$/, '')
})

/** Scheme, host and port of a URL of the web. */
export const webOrigin = kindOf('URL without a path', (text) => {
  const url = URL.parse(webUrl.parse(text, ''))
  if (url === null || url.pathname !== '/' || url.search !== '' || url.hash !== '') {
    throw new Unfit(`has ${quote(text)}; only scheme, host and port may be there`)
  }
  return url.origin
})

/** A URL with `{name}` for what is filled in. */
export const urlTemplate = (...names: readonly string[]): Kind<string> =>
  kindOf('URL template', (text) => {
    const url = names.reduce((filled, name) => filled.replaceAll(`{${name}}`, 'x'), text)
    if (/[{}?#]/.test(url) || URL.parse(url) === null || !/^https?:/.test(url)) {
      throw new Unfit(
        `is ${quote(text)}; write a URL such as https://${names.map((name) => `{${name}}`).join('.')}.example.com`,
      )
    }
    return text.replace(/\/+$/, '')
  })

/** 0 to 1. */
export const ratio = kindOf('number, 0 to 1', (text) => {
  const value = /^\d(\.\d{1,9})?$/.test(text) ? Number(text) : Number.NaN
  if (!(value >= 0 && value <= 1)) throw new Unfit(`is ${quote(text)}; write a number from 0 to 1`)
  return value
})

/** A URL under which clients reach a listener through a proxy. */
export interface PublicOrigin {
  readonly secure: boolean
  /** As the Host header has it: in small letters, with the port unless it is the scheme's own. */
  readonly host: string
  /** The path that the proxy puts in front, without a final slash; '' where there is none. */
  readonly prefix: string
}

export const publicOrigin = kindOf('URL', (text): PublicOrigin => {
  const url = URL.parse(text)
  if (url === null || (url.protocol !== 'https:' && url.protocol !== 'http:')) {
    throw new Unfit(`has ${quote(text)}; write a URL, such as https://s3.example.com`)
  }
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') {
    throw new Unfit(`has ${quote(text)}; only scheme, host, port and path may be there`)
  }
  return { secure: url.protocol === 'https:', host: url.host, prefix: url.pathname.replace(/\/+$/, '') }
})

/** `10.0.0.0/8`, or one address. */
export const cidr = kindOf('address or network', (text) => {
  const [address = '', digits, ...rest] = text.split('/')
  const version = isIP(address)
  const bitsMax = version === 4 ? 32 : 128
  const bits = digits === undefined ? bitsMax : /^\d{1,3}$/.test(digits) ? Number(digits) : Number.NaN
  if (version === 0 || rest.length > 0 || !(bits <= bitsMax)) {
    throw new Unfit(`has ${quote(text)}; write an address or a network, such as 10.0.0.0/8 or ::1`)
  }
  return `${address}/${bits}`
})

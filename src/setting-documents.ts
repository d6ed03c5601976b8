/** Kinds of values that have a form of their own: toggles, further listeners, further regions. In the file they are JSON; elsewhere, JSON in a text. */
import { parseToggle, profileNames, toggleNames, type ProfileName, type SetToggles } from './objects/profile.ts'
import { ToggleFault, type ToggleValue } from './objects/toggle.ts'
import { nearest } from './base/nearest.ts'
import { address, domain, oneOf, path, region, type Address } from './setting-kinds.ts'
import { quote, Unfit, type Kind, type Written } from './setting.ts'

export const profile = oneOf(...profileNames)

/** `sig.v2.header=off,keys.maxActive=2`, or an object of JSON. */
export const toggles: Kind<SetToggles> = {
  name: 'list of name=value',
  list: true,
  json: true,
  parse: (written) => {
    if (typeof written === 'string' && written.trimStart().startsWith('{')) return togglesOf(parseJson(written))
    const texts = typeof written === 'string' ? written.split(',') : written
    const entries = texts
      .map((text) => text.trim())
      .filter((text) => text !== '')
      .map((text): [string, string] => {
        const equals = text.indexOf('=')
        if (equals < 1) throw new Unfit(`has ${quote(text)}; write name=value, such as http=deny`)
        return [text.slice(0, equals).trim(), text.slice(equals + 1).trim()]
      })
    const twice = entries.find(([name], index) => entries.findIndex(([other]) => other === name) !== index)
    if (twice !== undefined) throw new Unfit(`has ${twice[0]} more than once`)
    return togglesOf(Object.fromEntries(entries))
  },
}

export interface ListenerSetting {
  readonly listen: Address
  readonly profile?: ProfileName | undefined
  readonly toggles?: SetToggles | undefined
  /** The region of its hosts that name none. */
  readonly region?: string | undefined
}

/** `[{"listen": "127.0.0.1:9010", "profile": "qencode"}]` */
export const listeners: Kind<readonly ListenerSetting[]> = {
  name: 'JSON list of listeners',
  json: true,
  parse: (written, folder) =>
    listOfObjects(written, ['listen', 'profile', 'toggles', 'region'], (member) => ({
      listen: required(member, 'listen', (value) => address.parse(text(value), folder)),
      profile: optional(member, 'profile', (value) => profile.parse(text(value), folder)),
      toggles: optional(member, 'toggles', (value) =>
        typeof value === 'string' ? toggles.parse(value, folder) : togglesOf(value),
      ),
      region: optional(member, 'region', (value) => region.parse(text(value), folder)),
    })),
}

export interface RegionSetting {
  readonly name: string
  readonly aliases: readonly string[]
  readonly domains: readonly string[]
  /** Folder of its blobs; by default one in the data folder. */
  readonly data?: string | undefined
  readonly displayName?: string | undefined
}

/** `[{"name": "us-west", "aliases": ["us"], "domains": ["us-west.s3.example.com"], "data": "/mnt/west"}]` */
export const regions: Kind<readonly RegionSetting[]> = {
  name: 'JSON list of regions',
  json: true,
  parse: (written, folder) =>
    listOfObjects(written, ['name', 'aliases', 'domains', 'data', 'displayName'], (member) => ({
      name: required(member, 'name', (value) => region.parse(text(value), folder)),
      aliases: optional(member, 'aliases', (value) => texts(value).map((name) => region.parse(name, folder))) ?? [],
      domains: optional(member, 'domains', (value) => texts(value).map((name) => domain.parse(name, folder))) ?? [],
      data: optional(member, 'data', (value) => path.parse(text(value), folder)),
      displayName: optional(member, 'displayName', text),
    })),
}

export interface CertificateSetting {
  readonly certificate: string
  readonly key: string
}

/** `[{"certificate": "/etc/tls/example.pem", "key": "/etc/tls/example.key"}]` */
export const certificates: Kind<readonly CertificateSetting[]> = {
  name: 'JSON list of certificates',
  json: true,
  parse: (written, folder) =>
    listOfObjects(written, ['certificate', 'key'], (member) => ({
      certificate: required(member, 'certificate', (value) => path.parse(text(value), folder)),
      key: required(member, 'key', (value) => path.parse(text(value), folder)),
    })),
}

function togglesOf(value: unknown): SetToggles {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new Unfit('must be an object of toggles, such as {"http": "deny"}')
  }
  const parsed: [string, ToggleValue][] = Object.entries(value).map(([name, written]) => {
    try {
      return [name, parseToggle(name, written)]
    } catch (error) {
      if (!(error instanceof ToggleFault)) throw error
      const meant = toggleNames.some((known) => known === name) ? undefined : nearest(name, toggleNames)
      throw new Unfit(`has a fault: ${name} ${error.message}${meant === undefined ? '' : `; did you mean ${meant}?`}`)
    }
  })
  return Object.fromEntries(parsed)
}

type Members = Readonly<Record<string, unknown>>

function listOfObjects<T>(written: Written, known: readonly string[], parse: (member: Members) => T): readonly T[] {
  const content = typeof written === 'string' ? (written.trim() === '' ? [] : parseJson(written)) : written
  if (!Array.isArray(content)) throw new Unfit('must be a JSON list of objects')
  return content.map((item: unknown) => {
    if (typeof item !== 'object' || item === null || Array.isArray(item))
      throw new Unfit('must be a JSON list of objects')
    for (const name of Object.keys(item)) {
      if (!known.includes(name)) throw new Unfit(`has ${quote(name)}, which is none of ${known.join(', ')}`)
    }
    return parse(item as Members)
  })
}

function parseJson(written: string): unknown {
  try {
    return JSON.parse(written)
  } catch {
    throw new Unfit('is not valid JSON')
  }
}

function optional<T>(member: Members, name: string, parse: (value: unknown) => T): T | undefined {
  if (member[name] === undefined) return undefined
  try {
    return parse(member[name])
  } catch (error) {
    if (error instanceof Unfit) throw new Unfit(`has a fault: ${name} ${error.message}`)
    throw error
  }
}

function required<T>(member: Members, name: string, parse: (value: unknown) => T): T {
  const value = optional(member, name, parse)
  if (value === undefined) throw new Unfit(`has a member without ${name}`)
  return value
}

function text(value: unknown): string {
  if (typeof value !== 'string') throw new Unfit('must be a text')
  return value
}

function texts(value: unknown): readonly string[] {
  if (!Array.isArray(value) || !value.every((item) => typeof item === 'string'))
    throw new Unfit('must be a list of texts')
  return value
}

/**
 * How a configuration is read: purely, from what main.ts gives it, and with all faults at once.
 *
 * A setting comes from, first wins: a command-line flag, an environment variable, the configuration file, its default.
 */
import { dirname, join } from 'node:path'
import { nearest } from './base/nearest.ts'
import { settings } from './config.ts'
import type { Config, SettingName, Values } from './config.ts'
import { managementHostsOf } from './hosts.ts'
import { isLoopback, showAddress, type Address } from './setting-kinds.ts'
import { Unfit } from './setting.ts'
import type { Setting, Written } from './setting.ts'

export type ConfigResult =
  | {
      readonly ok: true
      readonly config: Config
      /** What was passed over, each a full sentence. */
      readonly warnings: readonly string[]
    }
  /** Every fault, each a full sentence. */
  | { readonly ok: false; readonly faults: readonly string[] }

export interface ConfigSources {
  readonly env: Readonly<Record<string, string | undefined>>
  /** The configuration file, where there is one: JSON, an object of settings by name. */
  readonly file: { readonly path: string; readonly text: string; readonly readableByOthers: boolean } | undefined
  /** Values of the flags, by the settings' names. */
  readonly flags: Readonly<Record<string, Written | boolean | undefined>>
  /** What relative paths start from; in the file, they start from the file's folder. */
  readonly folder: string
}

interface Occurrence {
  /** How the value is named in a fault. */
  readonly label: string
  readonly written: Written
  readonly folder: string
}

/** Reads the configuration; never throws, and reports all faults at once. */
export function readConfig({ env, file, flags, folder }: ConfigSources): ConfigResult {
  const faults: string[] = []
  const fromFile = readFile(file, faults)
  const warnings: string[] = []
  reportUnknownVariables(env, faults, warnings)

  const values: Record<string, unknown> = {}
  const given = new Set<string>()
  for (const [name, setting] of Object.entries<Setting<unknown>>(settings)) {
    const occurrence =
      fromFlag(setting, flags[name], folder) ?? fromVariable(setting, env, folder) ?? fromFile.get(name)
    if (occurrence !== undefined) given.add(name)
    try {
      if (occurrence !== undefined) values[name] = setting.kind.parse(occurrence.written, occurrence.folder)
      else if (setting.default !== undefined) values[name] = setting.kind.parse(setting.default, folder)
    } catch (error) {
      if (!(error instanceof Unfit)) throw error
      faults.push(`${occurrence?.label ?? name} ${error.message}.`)
    }
  }
  reportContradictions(values, given, faults)
  if (faults.length > 0) return { ok: false, faults }

  const { accessKey, secretKey, masterKeyFile, ...rest } = values as unknown as Values
  const config: Config = {
    ...rest,
    masterKeyFile: masterKeyFile ?? join(rest.data, 'keys', 'master.key'),
    firstKey:
      accessKey === undefined || secretKey === undefined
        ? undefined
        : { accessKeyId: accessKey, secretAccessKey: secretKey },
  }
  return { ok: true, config, warnings }
}

/** What single settings cannot say: which of them do not go together. A value that has a fault already is undefined here. */
function reportContradictions(values: Partial<Values>, given: ReadonlySet<string>, faults: string[]): void {
  const { s3Listen, adminListen, deliveryListen, accessKey, secretKey, allowPlaintext } = values
  if (given.has('accessKey') !== given.has('secretKey')) {
    const [present, absent] = given.has('accessKey')
      ? (['accessKey', 'secretKey'] as const)
      : (['secretKey', 'accessKey'] as const)
    faults.push(
      `${bothNames(present)} is set without ${bothNames(absent)}; set both, or neither to have a key generated.`,
    )
  }
  if (accessKey !== undefined && secretKey?.reveal() === accessKey) {
    faults.push(`${bothNames('secretKey')} is the same as the access key id; choose another.`)
  }
  if (given.has('masterKey') && given.has('masterKeyFile')) {
    faults.push(`${bothNames('masterKey')} and ${bothNames('masterKeyFile')} are both set; set one of them.`)
  }
  const further = (values.s3Listeners ?? []).map(({ listen }) => ['s3Listeners', listen] as const)
  const plain: readonly Listening[] = [
    ['s3Listen', s3Listen],
    ['adminListen', adminListen],
    ['deliveryListen', deliveryListen],
    ...further,
  ]
  if (allowPlaintext === false) {
    for (const [name, listen] of plain) {
      if (listen === undefined || isLoopback(listen)) continue
      faults.push(
        `${bothNames(name)} is ${showAddress(listen)}, which other machines can reach, and this listener speaks plain HTTP. ` +
          `On a private network, or behind a proxy that speaks TLS, say so with --allow-plaintext (${settings.allowPlaintext.environment}=true); otherwise listen on 127.0.0.1.`,
      )
    }
  }
  reportSharedPorts([...plain, ['tlsListen', values.tlsListen], ['httpListen', values.httpListen]], faults)
  reportTls(values, faults)
  reportContent(values, faults)
  for (const [name, toggle] of [
    ['acl', 'acl'],
    ['sigV2Header', 'sig.v2.header'],
    ['sigV2Query', 'sig.v2.query'],
  ] as const) {
    if (values[name] === undefined || values.toggles?.[toggle] === undefined) continue
    faults.push(`${bothNames(name)} and ${toggle} among ${bothNames('toggles')} are both set; set one of them.`)
  }
  reportRegions(values, faults)
}

/** What listens needs a certificate, and what is for a listener needs that. */
function reportTls(values: Partial<Values>, faults: string[]): void {
  const { tlsListen, tlsCertificates = [], tlsSelfSigned, acmeDirectory, httpListen } = values
  const certified = tlsCertificates.length > 0 || tlsSelfSigned === true || acmeDirectory !== undefined
  if (tlsListen !== undefined && !certified) {
    faults.push(
      `${bothNames('tlsListen')} is set without a certificate; name files with ${bothNames('tlsCertificates')}, or try it out with ${bothNames('tlsSelfSigned')}.`,
    )
  }
  for (const name of ['tlsCertificates', 'tlsSelfSigned', 'acmeDirectory', 'httpListen'] as const) {
    const value = values[name]
    const given = Array.isArray(value) ? value.length > 0 : value !== undefined && value !== false
    if (given && tlsListen === undefined) faults.push(`${bothNames(name)} is set without ${bothNames('tlsListen')}.`)
  }
  if (acmeDirectory !== undefined && httpListen === undefined) {
    faults.push(
      `${bothNames('acmeDirectory')} is set without ${bothNames('httpListen')}, where the authority looks for the answers to its challenges.`,
    )
  }
}

/** What is shown there must not be able to act in the name of who uses the console. */
function reportContent({ contentUrl, domains = [] }: Partial<Values>, faults: string[]): void {
  if (contentUrl === undefined) return
  const { hostname } = new URL(contentUrl)
  if (managementHostsOf(domains).includes(hostname))
    faults.push(`${bothNames('contentUrl')} is on ${hostname}, where the console and its API are; choose another host.`)
}

type Listening = readonly [name: SettingName, listen: Address | undefined]

function reportSharedPorts(listening: readonly Listening[], faults: string[]): void {
  for (const [index, [name, listen]] of listening.entries()) {
    if (listen === undefined || listen.port === 0) continue
    const other = listening.slice(0, index).find(([, before]) => before && showAddress(before) === showAddress(listen))
    if (other === undefined) continue
    const both = other[0] === name ? `two of ${bothNames(name)}` : `${bothNames(other[0])} and ${bothNames(name)}`
    faults.push(`${both} are both ${showAddress(listen)}; give them two ports.`)
  }
}

/** Names, aliases, domains and folders belong to one region each, and a listener's region is one of them. */
function reportRegions(values: Partial<Values>, faults: string[]): void {
  const { region, regionAliases = [], regions = [], s3Listeners = [], domains = [] } = values
  const names = [region ?? '', ...regionAliases, ...regions.flatMap(({ name, aliases }) => [name, ...aliases])]
  const folders = regions.flatMap(({ data }) => (data === undefined ? [] : [data]))
  const hosts = [...domains, ...regions.flatMap((further) => further.domains)]
  for (const [what, texts] of [
    ['region', names],
    ['folder', folders],
    ['domain', hosts],
  ] as const) {
    const taken = new Set<string>()
    for (const text of texts) {
      // Of one region alone, nothing is ambiguous.
      if (regions.length > 0 && taken.has(text))
        faults.push(`${bothNames('regions')}: the ${what} ${text} is there twice.`)
      taken.add(text)
    }
  }
  for (const listener of s3Listeners) {
    if (listener.region === undefined || names.includes(listener.region)) continue
    faults.push(`${bothNames('s3Listeners')} names the region ${listener.region}, which there is not.`)
  }
}

const bothNames = (name: SettingName): string => `${name} (${settings[name].environment})`

function fromFlag(
  setting: Setting<unknown>,
  value: Written | boolean | undefined,
  folder: string,
): Occurrence | undefined {
  if (value === undefined) return undefined
  return { label: flagName(setting), written: typeof value === 'boolean' ? String(value) : value, folder }
}

/** `--data` */
export const flagName = ({ flag = '' }: Setting<unknown>): string => flag.split(' ', 1)[0]!

function fromVariable(setting: Setting<unknown>, env: ConfigSources['env'], folder: string): Occurrence | undefined {
  const written = env[setting.environment]
  return written === undefined ? undefined : { label: setting.environment, written, folder }
}

/** Names of other things that begin with ENTREPOT_: Kubernetes' variables of a service that is called so, and our own tests'. */
const foreignVariable =
  /^ENTREPOT_(?:TEST_|(?:.*_)?(?:SERVICE_(?:HOST|PORT)(?:_|$)|PORT(?:_\d+_(?:TCP|UDP|SCTP)(?:_[A-Z]+)?)?$))/

/** The path of the configuration file: no setting, because it cannot stand in the file. */
export const configFileVariable = 'ENTREPOT_CONFIG'

/**
 * A misspelt name is a fault. One that is like no setting's may be meant for another version, or for something else: it is passed over,
 * and said so.
 */
function reportUnknownVariables(env: ConfigSources['env'], faults: string[], warnings: string[]): void {
  const prefix = 'ENTREPOT_'
  const known = new Set([configFileVariable, ...Object.values(settings).map(({ environment }) => environment)])
  for (const name of Object.keys(env)) {
    if (!name.startsWith(prefix) || known.has(name) || foreignVariable.test(name)) continue
    // The common beginning makes all names alike.
    const rest = nearest(
      name.slice(prefix.length),
      [...known].map((other) => other.slice(prefix.length)),
    )
    const meant = rest && prefix + rest
    if (meant === undefined) warnings.push(`${name} is not a setting of this version; it is passed over.`)
    else faults.push(`${name} is not a setting${didYouMean(meant)}`)
  }
}

/** The file's settings by name; faults of its form and its names are reported. */
function readFile(file: ConfigSources['file'], faults: string[]): Map<string, Occurrence> {
  const occurrences = new Map<string, Occurrence>()
  if (file === undefined) return occurrences
  let content: unknown
  try {
    content = JSON.parse(file.text)
  } catch (error) {
    // V8 quotes the text around the fault, and a secret may stand there; only the place is repeated.
    const place =
      (/at position \d+.*/.exec((error as Error).message)?.[0] ?? (error as Error).message.includes('end of JSON'))
        ? 'at its end'
        : ''
    faults.push(`${file.path} is not valid JSON ${place}.`)
    return occurrences
  }
  if (typeof content !== 'object' || content === null || Array.isArray(content)) {
    faults.push(`${file.path} must hold one JSON object, such as {"region": "eu-central"}.`)
    return occurrences
  }
  for (const [name, value] of Object.entries(content)) {
    const label = `${file.path}: ${name}`
    const written = asWritten(value, Object.hasOwn(settings, name) && settings[name as SettingName].kind.json === true)
    if (!Object.hasOwn(settings, name)) {
      faults.push(
        `${file.path}: ${JSON.stringify(name)} is not a setting${didYouMean(nearest(name, Object.keys(settings)))}`,
      )
    } else if (written === undefined) {
      faults.push(`${label} must be a text, a number, true, false or a list of texts.`)
    } else {
      occurrences.set(name, { label, written, folder: dirname(file.path) })
      if (file.readableByOthers && settings[name as SettingName].kind.secret) {
        faults.push(`${label} is a secret, and others can read the file. Run: chmod 600 ${file.path}`)
      }
    }
  }
  return occurrences
}

const didYouMean = (name: string | undefined): string => (name === undefined ? '.' : `; did you mean ${name}?`)

function asWritten(value: unknown, json: boolean): Written | undefined {
  if (json && typeof value === 'object') return JSON.stringify(value)
  if (Array.isArray(value)) return value.every((item) => typeof item === 'string') ? value : undefined
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
    ? String(value)
    : undefined
}

/**
 * Certificates from a certificate authority that speaks ACME (RFC 8555), by HTTP-01 challenges, for verified domains.
 *
 * The only file that knows acme-client, which is loaded when the first certificate is ordered. Its HTTP client has settings for the whole
 * process, so there is one authority, and one order at a time. Nothing here connects to a domain: whether its challenge can be fetched is
 * for the authority to see.
 */
import { generateKeyPairSync } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { Agent } from 'node:https'
import { setTimeout as delay } from 'node:timers/promises'
import type * as AcmeModule from 'acme-client'
import type { MasterKey } from '../access/sealing.ts'
import { ApiError } from '../base/errors.ts'
import type { Clock } from '../base/clock.ts'
import { Secret } from '../base/secret.ts'
import type { MetadataStore } from '../metadata/metadata-store.ts'
import type { PemPair } from './certificate-pair.ts'
import type { Certificates } from './certificates.ts'
import { isToken } from './challenge-answer.ts'
import type { VerifiedDomain } from './domains.ts'
import {
  acmeKey,
  challengeKey,
  challengesEnd,
  challengesStart,
  decodeAcme,
  decodeChallenge,
  encodeRecord,
  type AcmeRecord,
} from './records.ts'

export interface AcmeSettings {
  readonly directoryUrl: string
  /** Where the authority may write to. */
  readonly email?: string | undefined
  /** Whether the operator agrees to the authority's terms of service. */
  readonly termsOfServiceAgreed: boolean
  /** PEM of what to trust instead of the system's authorities, when speaking with the directory. */
  readonly caFile?: string | undefined
}

/** Why there is no certificate, in the authority's words; `authority`: it would be so with any other domain. */
export class AcmeFault extends Error {
  override readonly name = 'AcmeFault'
  readonly scope: 'domain' | 'authority'
  /** How long the authority wants to be left alone. */
  readonly retryAfterMs: number | undefined

  constructor(
    scope: AcmeFault['scope'],
    message: string,
    { cause, retryAfterMs }: { cause?: unknown; retryAfterMs?: number | undefined } = {},
  ) {
    super(message.slice(0, reasonLengthMax), cause === undefined ? undefined : { cause })
    this.scope = scope
    this.retryAfterMs = retryAfterMs
  }
}

interface Parts {
  readonly store: MetadataStore
  readonly masterKey: MasterKey
  readonly clock: Pick<Clock, 'now'>
  readonly certificates: Pick<Certificates, 'keepIssued'>
  readonly settings: AcmeSettings
}

type Acme = typeof AcmeModule

const reasonLengthMax = 1000
/** One order, from its first request to its certificate. */
const orderDeadlineMs = 120_000
const requestTimeoutMs = 15_000
const answerSizeMax = 1024 * 1024
const pollMsMin = 200
const pollMsMax = 5000
/** Answers that an interrupted order has left behind. */
const challengeAgeMaxMs = 86_400_000
const accountPurpose = { kind: 'ACME account key', name: 'account' }

export class AcmeIssuer {
  readonly #store: MetadataStore
  readonly #masterKey: MasterKey
  readonly #clock: Pick<Clock, 'now'>
  readonly #certificates: Pick<Certificates, 'keepIssued'>
  readonly #settings: AcmeSettings

  constructor({ store, masterKey, clock, certificates, settings }: Parts) {
    this.#store = store
    this.#masterKey = masterKey
    this.#clock = clock
    this.#certificates = certificates
    this.#settings = settings
  }

  /**
   * Orders a certificate for a verified domain and stores it; answers false where the domain is not verified any more, or has been given
   * another one meanwhile. Throws AcmeFault, and what `signal` was aborted with.
   */
  async issue(domain: VerifiedDomain, signal: AbortSignal): Promise<boolean> {
    const deadline = AbortSignal.timeout(orderDeadlineMs)
    const either = AbortSignal.any([signal, deadline])
    let scope: AcmeFault['scope'] = 'authority'
    try {
      const acme = await loadAcme()
      const agent = await this.#prepare(acme, either)
      try {
        const { client, order } = await this.#begin(acme, domain.name)
        scope = 'domain'
        return await this.#certificates.keepIssued(domain, await this.#finish(acme, client, order, domain.name, either))
      } finally {
        agent.destroy()
      }
    } catch (error) {
      signal.throwIfAborted()
      if (deadline.aborted) {
        const seconds = orderDeadlineMs / 1000
        throw new AcmeFault(scope, `The certificate authority was not done after ${seconds} s.`, { cause: error })
      }
      throw toFault(error, scope)
    }
  }

  /** Until when the authority is left alone, in milliseconds since 1970; 0 where it is not. */
  async pausedUntil(): Promise<number> {
    return (await this.#record()).pause?.until ?? 0
  }

  /** Leaves the authority alone for a time, longer each time; undefined ends that. */
  async pause(pause: { readonly reason: string; msOf(attempts: number): number } | undefined): Promise<void> {
    await this.#change(({ pause: former, ...record }) => {
      if (pause === undefined) return record
      const attempts = (former?.attempts ?? 0) + 1
      return { ...record, pause: { until: this.#clock.now() + pause.msOf(attempts), attempts, reason: pause.reason } }
    })
  }

  /** Deletes answers that nobody will ask for any more. */
  async sweep(): Promise<void> {
    const before = this.#clock.now() - challengeAgeMaxMs
    const entries = await this.#store.read((snapshot) => snapshot.scan(challengesStart, challengesEnd, { limit: 100 }))
    for (const [key, value] of entries) {
      if (decodeChallenge(value).createdAt > before) continue
      await this.#store.transact({ exclusive: [key] }, (transaction) => transaction.delete(key))
    }
  }

  /** Answers the agent, to be destroyed when all is done. */
  async #prepare(acme: Acme, signal: AbortSignal): Promise<Agent> {
    const { caFile } = this.#settings
    const ca = caFile === undefined ? undefined : await readFile(caFile, 'latin1')
    const agent = new Agent({ keepAlive: true, maxSockets: 4, ...(ca !== undefined && { ca }) })
    Object.assign(acme.axios.defaults, { httpsAgent: agent, signal })
    return agent
  }

  /** With the account of the authority, which is made where there is none, or the authority does not know it any more. */
  async #begin(acme: Acme, name: string): Promise<{ client: AcmeModule.Client; order: AcmeModule.Order }> {
    const identifiers = [{ type: 'dns', value: name }]
    try {
      const client = await this.#knownAccount(acme)
      if (client !== undefined) return { client, order: await client.createOrder({ identifiers }) }
    } catch (error) {
      if (!(error instanceof Problem && error.type.endsWith(':accountDoesNotExist'))) throw error
    }
    const client = await this.#register(acme)
    return { client, order: await client.createOrder({ identifiers }) }
  }

  async #knownAccount(acme: Acme): Promise<AcmeModule.Client | undefined> {
    const { account, directoryUrl } = await this.#record()
    if (account === undefined || directoryUrl !== this.#settings.directoryUrl) return undefined
    const accountKey = this.#masterKey.open(accountPurpose, account.key)
    const client = new acme.Client({ directoryUrl, accountKey, accountUrl: account.url })
    const { email } = this.#settings
    if (email !== account.email) {
      await client.updateAccount({ contact: contactOf(email) })
      await this.#change((record) => ({ ...record, account: { ...account, email } }))
    }
    return client
  }

  async #register(acme: Acme): Promise<AcmeModule.Client> {
    const { directoryUrl, email, termsOfServiceAgreed } = this.#settings
    const accountKey = newKey()
    const client = new acme.Client({ directoryUrl, accountKey: accountKey.reveal() })
    await client.createAccount({ termsOfServiceAgreed, contact: contactOf(email) })
    const key = this.#masterKey.seal(accountPurpose, accountKey.reveal())
    await this.#change((record) => ({ ...record, directoryUrl, account: { url: client.getAccountUrl(), email, key } }))
    return client
  }

  /** Answers the challenges, and fetches the certificate. */
  async #finish(
    acme: Acme,
    client: AcmeModule.Client,
    order: AcmeModule.Order,
    name: string,
    signal: AbortSignal,
  ): Promise<PemPair> {
    const tokens: string[] = []
    try {
      for (const authorization of await client.getAuthorizations(order)) {
        if (authorization.status === 'valid') continue
        const challenge = authorization.challenges.find(({ type }) => type === 'http-01')
        if (challenge === undefined || !isToken(challenge.token)) {
          throw new AcmeFault('domain', 'The certificate authority offers no HTTP-01 challenge.')
        }
        await this.#answer(challenge.token, await client.getChallengeKeyAuthorization(challenge))
        tokens.push(challenge.token)
        await client.completeChallenge(challenge)
      }
      const ready = await poll(client, order, ['ready', 'valid'], signal)
      const key = newKey()
      const [, csr] = await acme.crypto.createCsr({ altNames: [name] }, key.reveal())
      if (ready.status === 'ready') await client.finalizeOrder(ready, csr)
      const valid = await poll(client, ready, ['valid'], signal)
      return { certificatePem: await client.getCertificate(valid), privateKeyPem: key }
    } finally {
      for (const token of tokens) await this.#forget(token)
    }
  }

  async #answer(token: string, answer: string): Promise<void> {
    const key = challengeKey(token)
    const value = encodeRecord({ version: 1, answer, createdAt: this.#clock.now() })
    await this.#store.transact({ exclusive: [key] }, (transaction) => transaction.set(key, value))
  }

  async #forget(token: string): Promise<void> {
    const key = challengeKey(token)
    await this.#store.transact({ exclusive: [key] }, (transaction) => transaction.delete(key))
  }

  async #record(): Promise<AcmeRecord> {
    const value = await this.#store.get(acmeKey)
    return value === undefined ? { version: 1, directoryUrl: this.#settings.directoryUrl } : decodeAcme(value)
  }

  async #change(change: (record: AcmeRecord) => AcmeRecord): Promise<void> {
    await this.#store.transact({ exclusive: [acmeKey] }, async (transaction) => {
      const value = await transaction.get(acmeKey)
      const record = value && decodeAcme(value)
      const next = change(record ?? { version: 1, directoryUrl: this.#settings.directoryUrl })
      transaction.set(acmeKey, encodeRecord(next))
    })
  }
}

const contactOf = (email: string | undefined): string[] => (email === undefined ? [] : [`mailto:${email}`])

/** P-256: every authority and client of these days takes it. PKCS#8. */
const newKey = (): Secret =>
  new Secret(generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ type: 'pkcs8', format: 'pem' }))

/** Asks for the order until it has one of the statuses; throws AcmeFault when it has become invalid. */
async function poll(
  client: AcmeModule.Client,
  order: AcmeModule.Order,
  statuses: readonly string[],
  signal: AbortSignal,
): Promise<AcmeModule.Order> {
  for (let waitMs = pollMsMin; ; waitMs = Math.min(waitMs * 2, pollMsMax)) {
    const now = await client.getOrder(order)
    if (statuses.includes(now.status)) return now
    if (now.status === 'invalid') throw new AcmeFault('domain', await reasonOf(client, now))
    await delay(waitMs, undefined, { signal })
  }
}

/** What the authority says is wrong: of the challenge, where there it stands. */
async function reasonOf(client: AcmeModule.Client, order: AcmeModule.Order): Promise<string> {
  for (const { challenges } of await client.getAuthorizations(order)) {
    for (const { error } of challenges) {
      const detail = detailOf(error)
      if (detail !== undefined) return detail
    }
  }
  return detailOf(order.error) ?? 'The certificate authority refused the order without a reason.'
}

function detailOf(problem: object | undefined): string | undefined {
  const detail = problem !== undefined && 'detail' in problem ? problem.detail : undefined
  return typeof detail === 'string' ? detail : undefined
}

/** What the authority answers instead of what was asked for (RFC 8555 6.7). */
class Problem extends Error {
  override readonly name = 'Problem'
  readonly status: number
  readonly type: string
  readonly retryAfterMs: number | undefined

  constructor({ status, data, headers }: Answer) {
    const { type, detail } = (typeof data === 'object' && data !== null ? data : {}) as Record<string, unknown>
    super(typeof detail === 'string' ? detail : `The certificate authority answered with the status ${status}.`)
    this.status = status
    this.type = typeof type === 'string' ? type : ''
    const seconds = Number(headers['retry-after'])
    this.retryAfterMs = seconds > 0 ? seconds * 1000 : undefined
  }
}

interface Answer {
  readonly status: number
  readonly data: unknown
  readonly headers: Readonly<Record<string, unknown>>
}

let loading: Promise<Acme> | undefined

const loadAcme = (): Promise<Acme> => (loading ??= import('acme-client').then(prepared))

/** Its own interceptors would hide problems' types, and ask again for minutes; it would follow redirects. */
function prepared(acme: Acme): Acme {
  const { defaults, interceptors } = acme.axios
  Object.assign(defaults, { timeout: requestTimeoutMs, maxRedirects: 0, maxContentLength: answerSizeMax })
  interceptors.request.clear()
  interceptors.response.clear()
  interceptors.response.use((response) => {
    if (response.status < 400) return response
    const problem = new Problem(response)
    // The client asks again by itself, with another nonce.
    if (problem.type.endsWith(':badNonce')) return response
    throw problem
  })
  return acme
}

/** Network faults are the authority's, whichever domain it was about. */
function toFault(error: unknown, scope: AcmeFault['scope']): unknown {
  if (error instanceof AcmeFault) return error
  if (error instanceof Problem) {
    const { retryAfterMs } = error
    const ofDomain =
      error.status < 500 &&
      (scope === 'domain' || /:(?:rejectedIdentifier|unsupportedIdentifier|caa|dns|rateLimited)$/.test(error.type))
    return new AcmeFault(ofDomain ? 'domain' : 'authority', error.message, { cause: error, retryAfterMs })
  }
  if (error instanceof ApiError) {
    return new AcmeFault('domain', `What the certificate authority issued is of no use. ${error.message}`, {
      cause: error,
    })
  }
  const { isAxiosError, code } = error as { isAxiosError?: boolean; code?: string }
  if (isAxiosError === true) {
    const why = code ?? (error as Error).message
    return new AcmeFault('authority', `The certificate authority cannot be reached (${why}).`, { cause: error })
  }
  return error
}

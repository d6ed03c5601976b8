/** Gets certificates for verified domains from the certificate authority, renews them in time, and the deployment's own as well. */
import type { Clock } from '../base/clock.ts'
import { AcmeFault, type AcmeIssuer } from '../sites/acme.ts'
import type { CertificateInfo, Certificates } from '../sites/certificates.ts'
import type { Domains, VerifiedDomain } from '../sites/domains.ts'
import type { SelfSigned } from '../sites/self-signed.ts'
import type { Job } from './runner.ts'

interface Parts {
  readonly domains: Pick<Domains, 'verified' | 'issuing' | 'setIssuing' | 'verifiedStamp'>
  readonly certificates: Pick<Certificates, 'get'>
  readonly clock: Clock
  /** Absent where no certificate authority is configured. */
  readonly issuer?: Pick<AcmeIssuer, 'issue' | 'pausedUntil' | 'pause' | 'sweep'> | undefined
  /** Absent where the deployment signs none itself. */
  readonly selfSigned?: Pick<SelfSigned, 'renew'> | undefined
  /** A certificate was stored, or why not. */
  onIssued?(name: string): void
  onFailed?(name: string, reason: string): void
}

const hourMs = 3_600_000
const dayMs = 24 * hourMs
/** Domains looked at in one piece of work. */
const pageSize = 50
/** All domains are looked at that often; sooner where one was verified or lost its certificate. */
const walkEveryMs = 60_000
/** A certificate is renewed when this long is left of it, or a third of its lifetime where that is shorter. */
const renewMs = 30 * dayMs

export function certificatesJob({ domains, certificates, clock, issuer, selfSigned, onIssued, onFailed }: Parts): Job {
  let renewedAt = Number.NEGATIVE_INFINITY
  let walkedAt = Number.NEGATIVE_INFINITY
  let walkedStamp = Number.NaN
  /** Where the walk under way goes on; undefined where none is. */
  let walk: { readonly after: string | undefined } | undefined

  async function isDue({ id, name }: VerifiedDomain): Promise<boolean> {
    if (!isWanted(await certificates.get(name), clock.now())) return false
    const issuing = await domains.issuing(id)
    return issuing === undefined || issuing.retryAt <= clock.now()
  }

  async function attempt(domain: VerifiedDomain, signal: AbortSignal): Promise<void> {
    const before = await domains.issuing(domain.id)
    const attempts = (before?.attempts ?? 0) + 1
    // Said beforehand, so that an attempt which ends the process is not made again at once.
    const retryAt = clock.now() + backoffMs(attempts)
    if (!(await domains.setIssuing(domain.id, { state: 'pending', attempts, retryAt }))) return
    try {
      const stored = await issuer!.issue(domain, signal)
      await domains.setIssuing(domain.id, undefined)
      await issuer!.pause(undefined)
      if (stored) onIssued?.(domain.name)
    } catch (error) {
      if (signal.aborted) await domains.setIssuing(domain.id, before)
      else await failed(domain, error, { attempts, retryAt })
    }
  }

  async function failed(
    { id, name }: VerifiedDomain,
    error: unknown,
    { attempts, retryAt }: { attempts: number; retryAt: number },
  ): Promise<void> {
    if (!(error instanceof AcmeFault)) {
      await domains.setIssuing(id, { state: 'failed', attempts, retryAt, reason: 'An internal error occurred.' })
      throw error
    }
    const { scope, message: reason, retryAfterMs = 0 } = error
    const asked = clock.now() + Math.min(retryAfterMs, 7 * dayMs)
    await domains.setIssuing(id, { state: 'failed', attempts, retryAt: Math.max(retryAt, asked), reason })
    if (scope === 'authority') {
      await issuer!.pause({ reason, msOf: (pauses) => Math.max(backoffMs(pauses), asked - clock.now()) })
    }
    onFailed?.(name, reason)
  }

  async function beginWalk(): Promise<boolean> {
    const stamp = domains.verifiedStamp()
    if (stamp === walkedStamp && clock.monotonic() - walkedAt < walkEveryMs) return false
    await issuer!.sweep()
    walkedStamp = stamp
    walkedAt = clock.monotonic()
    walk = { after: undefined }
    return true
  }

  return {
    name: 'certificates',
    async work(signal) {
      if (selfSigned !== undefined && clock.monotonic() - renewedAt >= dayMs) {
        renewedAt = clock.monotonic()
        await selfSigned.renew()
      }
      if (issuer === undefined || (await issuer.pausedUntil()) > clock.now()) return 'idle'
      if (walk === undefined && !(await beginWalk())) return 'idle'
      const page = await domains.verified({ after: walk!.after, limit: pageSize })
      for (const domain of page) {
        if (!(await isDue(domain))) continue
        // Even when this throws, the walk goes on behind it.
        walk = { after: domain.name }
        await attempt(domain, signal)
        return 'busy'
      }
      walk = page.length < pageSize ? undefined : { after: page.at(-1)!.name }
      return walk === undefined ? 'idle' : 'busy'
    },
  }
}

/** What an owner has uploaded is the owner's to renew. */
function isWanted(certificate: CertificateInfo | undefined, nowMs: number): boolean {
  if (certificate === undefined) return true
  if (certificate.source === 'uploaded') return false
  const { notBefore, notAfter } = certificate
  return notAfter - nowMs < Math.min(renewMs, (notAfter - notBefore) / 3)
}

/** One hour, then twice as long each time, at most a day. */
const backoffMs = (attempts: number): number => Math.min(hourMs * 2 ** Math.min(attempts - 1, 10), dayMs)

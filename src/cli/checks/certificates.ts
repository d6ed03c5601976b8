/** Checks the certificates in files: there, closed to others, fit for TLS, and good for some time to come. */
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Clock } from '../../base/clock.ts'
import { Refusal } from '../../base/refusal.ts'
import type { Config } from '../../config.ts'
import { openCertificateFiles } from '../../sites/certificate-files.ts'
import type { Certificates } from '../../sites/certificates.ts'
import { timeFault } from '../../sites/certificate-pair.ts'
import { failed, ok, warning } from './check.ts'
import type { Finding } from './check.ts'

const name = 'Certificate'
const dayMilliseconds = 86_400_000
/** Who renews by ACME does so at 30 days; what has fewer than this left is renewed by nobody. */
const daysLeftMin = 14

/** One finding a pair of files, and one for the server's own authority, where it is used. */
export async function checkCertificates(config: Config, clock: Clock): Promise<Finding[]> {
  const findings: Finding[] = []
  for (const files of config.tlsCertificates) findings.push(await checkFiles(files, clock))
  if (config.tlsSelfSigned) findings.push(await checkOwn(join(config.data, 'tls', 'ca.pem')))
  return findings
}

async function checkFiles(files: Config['tlsCertificates'][number], clock: Clock): Promise<Finding> {
  try {
    const opened = await openCertificateFiles([files], { clock, onFault: () => undefined })
    opened.close()
    const { facts } = opened.first!
    const late = timeFault(facts, clock.now())
    if (late !== undefined) return failed(name, `${files.certificate} ${late}`, 'Renew it; clients refuse it.')
    const days = Math.floor((facts.notAfter - clock.now()) / dayMilliseconds)
    const text = `${files.certificate} for ${facts.names.join(', ') || 'no name'}, good for ${days} days`
    if (days < daysLeftMin) return warning(name, text, 'Renew it. The server takes the new files by itself.')
    return ok(name, text)
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    return failed(name, error.message, 'The server does not start until this is put right.')
  }
}

async function checkOwn(caFile: string): Promise<Finding> {
  const found = await stat(caFile).catch(() => undefined)
  return found === undefined
    ? ok(name, `${caFile} is not there yet; the first start makes it`)
    : ok(name, `of the server's own authority; clients must trust ${caFile}`)
}

/** How many certificates of custom domains are looked at. */
const domainsMax = 10_000
const namedMax = 5

/** Those of custom domains, which a running server has among its records. */
export async function checkDomainCertificates(
  certificates: Pick<Certificates, 'list'>,
  clock: Clock,
): Promise<Finding> {
  const title = 'Certificates of domains'
  const all = await certificates.list({ limit: domainsMax })
  const now = clock.now()
  const late = all.filter(({ notAfter }) => notAfter <= now)
  const soon = all.filter(({ notAfter }) => notAfter > now && notAfter - now < daysLeftMin * dayMilliseconds)
  const named = (some: typeof all): string =>
    some.length > namedMax ? `${namesOf(some.slice(0, namedMax))} and ${some.length - namedMax} more` : namesOf(some)
  if (late.length > 0) return failed(title, `expired: ${named(late)}`, 'Upload new ones; clients refuse these.')
  if (soon.length > 0)
    return warning(title, `fewer than ${daysLeftMin} days are left of ${named(soon)}`, 'Look why they are not renewed.')
  return ok(title, all.length === 0 ? 'there are none' : `${all.length}, all good for ${daysLeftMin} days at least`)
}

const namesOf = (some: readonly { readonly name: string }[]): string => some.map(({ name: host }) => host).join(', ')

/** What the admin listener answers: health, metrics, and the management API. */
import { authenticate } from './admin/authenticate.ts'
import { answerHealth, type Health } from './admin/health.ts'
import type { ManagementServices } from './admin/services.ts'
import type { Secret } from './base/secret.ts'
import type { Front } from './hosts.ts'
import { answerMetrics, bearsToken, type MetricsSource } from './observe/answer-metrics.ts'

interface AdminParts {
  readonly health: Health
  readonly management: Front
  readonly services: ManagementServices
  /** Of Prometheus; undefined where only operators may. */
  readonly metricsToken: Secret | undefined
  readonly metrics: Pick<MetricsSource, 'exposition' | 'snapshots'>
}

export function createAdminFront({ health, management, services, metricsToken, metrics }: AdminParts): Front {
  const source: MetricsSource = { ...metrics, allows }

  async function allows(request: Parameters<MetricsSource['allows']>[0]): Promise<boolean> {
    if (metricsToken !== undefined && bearsToken(request, metricsToken)) return true
    const principal = await authenticate(request, services).catch(() => undefined)
    return principal?.rights.has('operator') === true
  }

  return (request) => {
    if (request.path.startsWith('/v1/')) return management(request)
    if (request.path === '/metrics') return answerMetrics(request, source)
    return answerHealth(health, request)
  }
}

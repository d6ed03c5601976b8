/**
 * What the admin listener answers: the console, health, metrics, and the management API; under whatever host it is asked for. A page that has its name
 * lead here (DNS rebinding) gains nothing by it: the session's cookie was set for another host, is sent to that host alone and, being SameSite=Strict,
 * with no request of another site; and no right comes from being on this machine.
 */
import { authenticate } from './admin/authenticate.ts'
import type { Console } from './admin/console.ts'
import { answerHealth, type Health } from './admin/health.ts'
import type { ManagementServices } from './admin/services.ts'
import type { Secret } from './base/secret.ts'
import type { Front } from './hosts.ts'
import { answerMetrics, bearsToken, type MetricsSource } from './observe/answer-metrics.ts'

interface AdminParts {
  readonly console: Console
  readonly health: Health
  readonly management: Front
  readonly services: ManagementServices
  /** Of Prometheus; undefined where only operators may. */
  readonly metricsToken: Secret | undefined
  readonly metrics: Pick<MetricsSource, 'exposition' | 'snapshots'>
}

export function createAdminFront(parts: AdminParts): Front {
  const { console, health, management, services, metricsToken, metrics } = parts
  const source: MetricsSource = { ...metrics, allows }

  async function allows(request: Parameters<MetricsSource['allows']>[0]): Promise<boolean> {
    if (metricsToken !== undefined && bearsToken(request, metricsToken)) return true
    const principal = await authenticate(request, services).catch(() => undefined)
    return principal?.rights.has('operator') === true
  }

  return async (request) => {
    if (request.path.startsWith('/v1/')) return management(request)
    if (request.path === '/metrics') return answerMetrics(request, source)
    if (request.path.startsWith('/health/')) return answerHealth(health, request)
    return (await console(request)) ?? answerHealth(health, request)
  }
}

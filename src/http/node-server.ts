/** A server of node:http that leaves to the listener what it does better, and holds to the limits in what it does itself. */
import { createServer, type Server } from 'node:http'
import type { Limits } from './limits.ts'

/** Without handlers, and not listening. */
export function createNodeServer(limits: Limits): Server {
  const { headerSizeMax, headersTimeoutSeconds, idleTimeoutSeconds } = limits
  const server = createServer({
    maxHeaderSize: headerSizeMax,
    headersTimeout: headersTimeoutSeconds * 1000,
    connectionsCheckingInterval: Math.ceil((headersTimeoutSeconds * 1000) / 4),
    // Large bodies may take hours; the rule of the minimum rate ends those that stand still.
    requestTimeout: 0,
    // One timer per socket does for both: the listener hears its 'timeout'.
    keepAliveTimeout: 0,
    // Two Hosts then become `a, b`, which is no valid Host, and nothing is dropped silently.
    joinDuplicateHeaders: true,
    requireHostHeader: false,
    optimizeEmptyRequests: true,
    noDelay: true,
  })
  server.timeout = idleTimeoutSeconds * 1000
  // Counted by the listener; node would drop those in excess silently.
  server.maxHeadersCount = 0
  // close() calls it, and node's own would also close those whose answer is still on its way.
  server.closeIdleConnections = () => undefined
  return server
}

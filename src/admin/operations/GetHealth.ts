import { operation } from '../operation.ts'
import { serverHealth } from '../server-health.ts'

export default operation({
  method: 'GET',
  path: '/v1/health',
  summary: 'How the server is',
  description:
    'Disks, listeners, certificates, the master key, the clock, and what the server does by itself. The checks are those of `entrepot doctor`.',
  tag: 'Server',
  right: 'operator',
  answer: serverHealth,
  handle: (_input, { services }) => services.health(),
})

// A loopback port that nobody listens on at this moment.

import { createServer } from 'node:net'

/** Asks the kernel for a free port and gives it back at once; another program could in theory take it before its user does. */
export async function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() =>
        address !== null && typeof address === 'object' ? resolve(address.port) : reject(new Error('no port')),
      )
    })
  })
}

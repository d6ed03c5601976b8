/** Node.js is started with this (--import): ENTREPOT_TEST_DOMAIN and names below it lead to this machine. */
import dns from 'node:dns'
import { syncBuiltinESMExports } from 'node:module'

const domain = process.env['ENTREPOT_TEST_DOMAIN'] ?? 'localhost'
dns.lookup = new Proxy(dns.lookup, {
  apply(lookup, self, [name, ...rest]: [string, ...unknown[]]): unknown {
    const isHere = name === domain || name.endsWith(`.${domain}`)
    return Reflect.apply(lookup, self, [isHere ? '127.0.0.1' : name, ...rest] as Parameters<typeof lookup>)
  },
})
syncBuiltinESMExports()

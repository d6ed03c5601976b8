/** Asks the DNS, within limits of time. Answers are compared and shown, and never connected to. */
import { Resolver } from 'node:dns/promises'

export interface NameResolver {
  /** The records of the name; each in the pieces in which it was sent. Rejects with a `code`, ENOTFOUND or ENODATA where there are none. */
  resolveTxt(name: string): Promise<string[][]>
  resolveCname(name: string): Promise<string[]>
}

/** For one question, all tries together. */
const deadlineMs = 5000

/** `servers` are addresses, with a port where it is not 53; the system's own unless given. */
export function createNameResolver({ servers }: { readonly servers?: readonly string[] } = {}): NameResolver {
  async function ask<T>(question: (resolver: Resolver) => Promise<T>): Promise<T> {
    // Each question has a resolver of its own, so that giving it up cancels no other.
    const resolver = new Resolver({ timeout: 1500, tries: 2 })
    if (servers !== undefined && servers.length > 0) resolver.setServers(servers)
    const timer = setTimeout(() => resolver.cancel(), deadlineMs)
    try {
      return await question(resolver)
    } finally {
      clearTimeout(timer)
    }
  }
  return {
    resolveTxt: (name) => ask((resolver) => resolver.resolveTxt(name)),
    resolveCname: (name) => ask((resolver) => resolver.resolveCname(name)),
  }
}

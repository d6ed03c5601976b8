/** Everything about people over records in memory, for tests: the clock is set by hand, and the slow hash is quick and counts. */
import { createHash } from 'node:crypto'
import type { Clock } from '../base/clock.ts'
import { systemRandom } from '../base/random.ts'
import { Secret } from '../base/secret.ts'
import { createMemoryStore, type MemoryStoreOptions } from '../metadata/memory.ts'
import { AccessKeys } from './access-keys.ts'
import { AccessTokens } from './access-tokens.ts'
import { Accounts } from './accounts.ts'
import { ApiKeys } from './api-keys.ts'
import { AuditLog } from './audit-log.ts'
import { ensureFirstAccount } from './first-account.ts'
import { Passwords, type SlowHash } from './passwords.ts'
import { MasterKey } from './sealing.ts'
import { Sessions } from './sessions.ts'
import { SetupLinks } from './setup-link.ts'
import { SignInLimits } from './sign-in-limits.ts'
import { createSignIn } from './sign-in.ts'

export const masterKey = new MasterKey(new Secret(systemRandom.bytes(32).toString('hex')), systemRandom)

export const start = 1_790_000_000_000

/** `SlowHash` in an instant, which depends on all that it is given. */
export const quickHash: SlowHash = async (password, salt, { cost, blockSize, parallelism }) =>
  createHash('sha256').update(salt).update(`${cost} ${blockSize} ${parallelism} ${password}`).digest()

export function makeAccess(options: MemoryStoreOptions = {}) {
  const store = createMemoryStore(options)
  const time = { now: start }
  const clock: Clock = { now: () => time.now, monotonic: () => time.now }
  /** How often the slow hash was computed. */
  const work = { hashes: 0 }
  const slowHash: SlowHash = (...given) => (work.hashes++, quickHash(...given))
  const parts = { store, clock, random: systemRandom, masterKey }
  const accounts = new Accounts(parts)
  const accessKeys = new AccessKeys(parts)
  const apiKeys = new ApiKeys(parts)
  const passwords = new Passwords({ ...parts, slowHash })
  const sessions = new Sessions(parts)
  const limits = new SignInLimits(parts)
  return {
    ...parts,
    time,
    work,
    accounts,
    users: accounts.users,
    accessKeys,
    apiKeys,
    accessTokens: new AccessTokens({ ...parts, apiKeys }),
    passwords,
    sessions,
    limits,
    signIn: createSignIn({ store, accounts, passwords, limits, sessions }),
    setupLinks: new SetupLinks({ ...parts, accounts, passwords, limits }),
    auditLog: new AuditLog(parts),
    /** All that is recorded, keys and values, as one text. */
    recorded: (): string => {
      const entries = store.records.scan(Buffer.of(0), Buffer.of(0xff), { limit: 1_000_000 })
      return Buffer.concat(entries.flat()).toString('latin1')
    },
    firstAccount: () => ensureFirstAccount({ store, accounts, accessKeys, chosen: undefined }),
  }
}

export type Access = ReturnType<typeof makeAccess>

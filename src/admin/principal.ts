/** Who asks the management API: an account or a user of it, and what they may. */
import type { Account } from '../access/accounts.ts'
import type { Identity } from '../access/authorize.ts'
import type { Right } from '../access/rights.ts'
import type { Role } from '../access/roles.ts'
import type { Session } from '../access/sessions.ts'

export interface Principal {
  readonly account: Account
  /** Undefined where the account itself asks, by an API key of its own or from the command line. */
  readonly user: { readonly id: string; readonly name: string } | undefined
  readonly role: Role
  readonly rights: ReadonlySet<Right>
  /** For operations of S3: as an access key of the same would be. */
  readonly identity: Identity
  /** By what they proved it; its id is in the audit log. */
  readonly via: { readonly kind: 'api key' | 'session' | 'operator'; readonly id: string }
  /** There where `via` is a session. */
  readonly session?: Session | undefined
}

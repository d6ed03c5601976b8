/** The command line for tests: run in this process, on a folder of its own, with a management API that answers what the test says. */
import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { AccessKeys } from '../access/access-keys.ts'
import { Accounts } from '../access/accounts.ts'
import { AuditLog } from '../access/audit-log.ts'
import { MasterKey } from '../access/sealing.ts'
import type { ManageOrder } from '../admin/manage.ts'
import type { State } from '../admin/state.ts'
import { systemClock, type Clock } from '../base/clock.ts'
import { systemRandom } from '../base/random.ts'
import { Secret } from '../base/secret.ts'
import { createMemoryStore } from '../metadata/memory.ts'
import { Buckets } from '../objects/buckets.ts'
import { Keyring } from '../objects/encryption/keyring.ts'
import { runProgram } from './program.ts'
import type { Input } from './surroundings.ts'

export interface Run {
  readonly code: number
  readonly out: string
  readonly error: string
}

/** An order to the management API, its input parsed. */
export interface Managed {
  readonly operation: string
  readonly account?: string | undefined
  readonly params?: Readonly<Record<string, unknown>>
  readonly query?: Readonly<Record<string, unknown>>
  readonly body?: Readonly<Record<string, unknown>>
}

export type Answers = (order: Managed) => object | Promise<object>

const nothing: Answers = ({ operation }) => assert.fail(`${operation} was ordered`)

export function makeCli({ clock = systemClock }: { readonly clock?: Clock } = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'entrepot-cli-'))
  mkdirSync(join(folder, 'data', 'records'), { recursive: true })
  const store = createMemoryStore()
  const masterKeyText = systemRandom.bytes(32).toString('hex')
  const masterKey = new MasterKey(new Secret(masterKeyText), systemRandom)
  const parts = { store, masterKey, clock, random: systemRandom }
  const accounts = new Accounts(parts)
  const orders: Managed[] = []

  const openState = async (answers: Answers): Promise<State> => ({
    metadata: store,
    accounts,
    accessKeys: new AccessKeys(parts),
    buckets: new Buckets(store, clock, systemRandom),
    keyring: new Keyring({ metadata: store, masterKey, clock, random: systemRandom }),
    region: 'us-east-1',
    toggleLayers: [],
    auditLog: new AuditLog(parts),
    manage: async ({ operation, account, input }: ManageOrder) => {
      const order: Managed = { operation, account, ...(JSON.parse(input) as object) }
      orders.push(order)
      return answers(order)
    },
    audit: () => assert.fail('audited'),
    close: async () => undefined,
  })

  return {
    folder,
    store,
    masterKey,
    accounts,
    /** Orders to the management API so far. */
    orders,
    write: (name: string, text: string) => writeFileSync(join(folder, name), text),
    /** So that commands that need the master key itself find it. */
    writeMasterKey() {
      mkdirSync(join(folder, 'data', 'keys'), { recursive: true })
      writeFileSync(join(folder, 'data', 'keys', 'master.key'), masterKeyText, { mode: 0o600 })
    },
    remove: () => rmSync(folder, { recursive: true }),
    /** A program whose management API answers so, which is typed at so. */
    with(answers: Answers, input: () => Input = () => assert.fail('read')) {
      return async (...args: string[]): Promise<Run> => {
        let out = ''
        let error = ''
        const code = await runProgram({
          arguments: args,
          env: {},
          folder,
          version: '1.2.3',
          terminal: { out: (text) => void (out += text), error: (text) => void (error += text), color: false },
          input,
          clock,
          server: async () => ({
            openState: () => openState(answers),
            startServer: () => assert.fail('started'),
          }),
          onStop: () => undefined,
          onReopen: () => undefined,
          exit: () => assert.fail('exited'),
        })
        return { code, out, error }
      }
    },
    /** Without a management API. */
    get entrepot() {
      return this.with(nothing)
    },
  }
}

/** What comes through a pipe. */
export const piped = (text: string): Input => new PassThrough().end(text)

/** What is typed at a terminal; `modes` are those it was put into. */
export function typed(text: string): { readonly input: Input; readonly modes: boolean[] } {
  const modes: boolean[] = []
  const terminal = Object.assign(new PassThrough(), {
    isTTY: true,
    setRawMode: (raw: boolean) => void modes.push(raw),
  })
  terminal.write(text)
  return { input: terminal, modes }
}

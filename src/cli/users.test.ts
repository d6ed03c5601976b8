import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, test } from 'node:test'
import { AccessKeys } from '../access/access-keys.ts'
import { Accounts } from '../access/accounts.ts'
import { AuditLog } from '../access/audit-log.ts'
import { createFindCredential } from '../access/find-credential.ts'
import { MasterKey } from '../access/sealing.ts'
import type { State } from '../admin/state.ts'
import { systemClock } from '../base/clock.ts'
import { systemRandom } from '../base/random.ts'
import { Secret } from '../base/secret.ts'
import { createMemoryStore } from '../metadata/memory.ts'
import { Buckets } from '../objects/buckets.ts'
import { runProgram } from './program.ts'

const policy = '{"Statement":{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::films/*"}}'
const notForUsers = () => assert.fail('no command about users does this')

let folder: string
let parts: { readonly store: ReturnType<typeof createMemoryStore>; readonly masterKey: MasterKey }
let accounts: Accounts
let accessKeys: AccessKeys

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'entrepot-cli-users-'))
  mkdirSync(join(folder, 'data', 'records'), { recursive: true })
  writeFileSync(join(folder, 'policy.json'), policy)
  writeFileSync(join(folder, 'broken.json'), '{')
  const masterKey = new MasterKey(new Secret(systemRandom.bytes(32).toString('hex')), systemRandom)
  const store = createMemoryStore()
  accounts = new Accounts({ store, clock: systemClock, random: systemRandom })
  accessKeys = new AccessKeys({ store, masterKey, clock: systemClock, random: systemRandom, activeMax: () => 3 })
  parts = { store, masterKey }
  await accounts.create('video')
})
afterEach(() => rmSync(folder, { recursive: true }))

const openState = async (): Promise<State> => ({
  metadata: parts.store,
  accounts,
  accessKeys,
  buckets: new Buckets(parts.store, systemClock, systemRandom),
  keyring: { list: notForUsers, rotate: notForUsers },
  region: 'us-east-1',
  toggleLayers: [],
  auditLog: new AuditLog({ ...parts, clock: systemClock }),
  manage: () => assert.fail('managed'),
  audit: notForUsers,
  close: async () => undefined,
})

async function entrepot(...args: string[]) {
  let out = ''
  let error = ''
  const code = await runProgram({
    arguments: args,
    env: {},
    folder,
    version: '1.2.3',
    terminal: { out: (text) => void (out += text), error: (text) => void (error += text), color: false },
    input: () => assert.fail('read'),
    clock: systemClock,
    server: async () => ({ openState, startServer: notForUsers }),
    onStop: () => undefined,
    onReopen: () => undefined,
    exit: notForUsers,
  })
  return { code, out, error }
}

/** What a command answers in JSON. */
async function ask<T>(...args: string[]): Promise<T> {
  const { code, out } = await entrepot(...args, '--json')
  assert.equal(code, 0, out)
  return JSON.parse(out) as T
}

interface ShownUser {
  readonly name: string
  readonly role: string
  readonly policies: readonly object[]
  readonly accessKeyId: string
  readonly secretAccessKey: string
}

const listed = async (): Promise<readonly ShownUser[]> =>
  (await ask<{ users: readonly ShownUser[] }>('users', 'list', '--account', 'video')).users

test('a user is made with a key, whose secret is shown', async () => {
  const { code, out } = await entrepot('users', 'create', 'video', 'anna')
  assert.equal(code, 0)
  const [, accessKeyId = '', secret] =
    /^ {2}User +anna of video\n {2}Role +s3\.user\n {2}Access key +(AKIA\w{16})\n {2}Secret +(\S{40})\n\nKeep the secret now/.exec(
      out,
    ) ?? []
  const credential = await createFindCredential(parts.store, parts.masterKey)(accessKeyId)
  assert.deepEqual([credential?.secret, credential?.user?.name], [secret, 'anna'])
})

test('who is given a policy is given no more, unless a role is named', async () => {
  const anna = await ask<ShownUser>('users', 'create', 'video', 'anna', '--policy', 'policy.json')
  assert.deepEqual([anna.role, anna.policies], ['s3.bucket.user', [{ name: 'first', policy }]])
  const bert = await ask<ShownUser>('users', 'create', 'video', 'bert', '--policy', 'policy.json', '--role', 'member')
  assert.equal(bert.role, 'member')
  for (const user of await listed()) assert.doesNotMatch(JSON.stringify(user), /secret/i)
})

test('users are shown as a table', async () => {
  assert.match((await entrepot('users', 'list')).out, /^There are no users\. Make one with: /)
  await entrepot('users', 'create', 'video', 'anna', '--policy', 'policy.json')
  const { out } = await entrepot('users', 'list')
  assert.match(
    out,
    /^USER +ACCOUNT +ROLE +PASSWORD +POLICIES +CREATED\nanna +video +s3\.bucket\.user +no +first +\d{4}-\S+\n$/,
  )
})

test('roles and policies are changed', async () => {
  await entrepot('users', 'create', 'video', 'anna')
  const changes: [args: string[], out: RegExp][] = [
    [['role', 'video', 'anna', 'iam.admin'], /^anna has the role iam\.admin\.\n$/],
    [['policy', 'put', 'video', 'anna', 'reading', 'policy.json'], /^anna has the policy reading\.\n$/],
    [['policy', 'put', 'video', 'anna', 'more', 'policy.json'], /^anna has the policy more\.\n$/],
    [['policy', 'delete', 'video', 'anna', 'more'], /^anna has no policy more any more\.\n$/],
  ]
  for (const [args, expected] of changes) assert.match((await entrepot('users', ...args)).out, expected)
  const [anna] = await listed()
  assert.deepEqual([anna?.role, anna?.policies], ['iam.admin', [{ name: 'reading', policy }]])
})

test('a user is given another key, and keys show whose they are', async () => {
  await entrepot('users', 'create', 'video', 'anna')
  await entrepot('keys', 'create', '--account', 'video', '--user', 'anna', '--name', 'laptop')
  const made = await ask<object>('keys', 'create', '--account', 'video', '--name', 'own')
  assert.ok(!('userName' in made))
  const { out } = await entrepot('keys', 'list')
  assert.match(out, / video +anna +laptop /)
  assert.match(out, / video +own /)
})

test('with a user go its keys', async () => {
  await entrepot('users', 'create', 'video', 'anna')
  assert.match((await entrepot('users', 'delete', 'video', 'anna')).out, /^The user anna and its keys are deleted\.\n$/)
  assert.deepEqual(await accessKeys.list(), [])
  assert.deepEqual(await listed(), [])
})

test('a user for whom there may be no key is not made', async () => {
  for (const name of ['a', 'b', 'c']) await entrepot('users', 'create', 'video', name)
  const { code, error } = await entrepot('users', 'create', 'video', 'd')
  assert.deepEqual([code, error], [1, 'entrepot: The account may have 3 active access keys at once, and has 3.\n'])
  assert.equal((await listed()).length, 3)
})

const refused: [args: string[], code: number, error: RegExp][] = [
  [['create', 'nobody', 'anna'], 1, /There is no account "nobody"/],
  [['create', 'video', 'a b'], 1, /The user's name must be 1 to 64 letters/],
  [['create', 'video', 'anna', '--role', 'admin'], 1, /There is no role "admin"; there are owner, member, s3\.user/],
  [['create', 'video', 'anna', '--policy', 'broken.json'], 1, /Policies must be valid JSON/],
  [['create', 'video', 'anna', '--policy', 'absent.json'], 2, /There is no file absent\.json/],
  [['create', 'video'], 2, /missing required argument 'name'\nSee: entrepot users create --help/],
  [['delete', 'video', 'anna'], 1, /There is no user "anna"/],
  [['role', 'video', 'anna', 'member'], 1, /There is no user "anna"/],
  [['policy', 'put', 'video', 'anna', 'x', 'policy.json'], 1, /There is no user "anna"/],
  [['policy', 'delete', 'video', 'anna', 'x'], 1, /There is no user "anna"/],
]

for (const [args, expected, message] of refused) {
  test(`refused: users ${args.join(' ')}`, async () => {
    const { code, error } = await entrepot('users', ...args)
    assert.equal(code, expected)
    assert.match(error, message)
    assert.deepEqual(await listed(), [])
  })
}

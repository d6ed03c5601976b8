import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, test } from 'node:test'
import { AccessKeys } from '../access/access-keys.ts'
import { Accounts } from '../access/accounts.ts'
import { AuditLog } from '../access/audit-log.ts'
import { MasterKey } from '../access/sealing.ts'
import { runCommand } from '../admin/commands.ts'
import { listenForControl } from '../admin/control-server.ts'
import type { State } from '../admin/state.ts'
import { systemClock } from '../base/clock.ts'
import { systemRandom } from '../base/random.ts'
import { Secret } from '../base/secret.ts'
import { createMemoryStore } from '../metadata/memory.ts'
import { Buckets } from '../objects/buckets.ts'
import { Keyring } from '../objects/encryption/keyring.ts'
import { runProgram } from './program.ts'

interface Run {
  readonly code: number
  readonly out: string
  readonly error: string
}

let folder: string
/** What a data folder would hold. */
let store: ReturnType<typeof createMemoryStore>
let masterKey: MasterKey
/** How often another process still holds the folder. */
let timesInUse: number
let opened: number

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'entrepot-cli-'))
  store = createMemoryStore()
  masterKey = new MasterKey(new Secret(systemRandom.bytes(32).toString('hex')), systemRandom)
  timesInUse = 0
  opened = 0
})
afterEach(() => rmSync(folder, { recursive: true }))

async function openState(): Promise<State> {
  if (timesInUse-- > 0) throw new Error('The folder x is in use by another process.')
  opened++
  const parts = { store, masterKey, clock: systemClock, random: systemRandom }
  return {
    metadata: store,
    audit: () => assert.fail('audited'),
    accounts: new Accounts(parts),
    accessKeys: new AccessKeys(parts),
    buckets: new Buckets(store, systemClock, systemRandom),
    keyring: new Keyring({ metadata: store, masterKey, clock: systemClock, random: systemRandom }),
    region: 'us-east-1',
    toggleLayers: [],
    auditLog: new AuditLog(parts),
    manage: () => assert.fail('managed'),
    close: async () => void opened--,
  }
}

async function entrepot(...args: string[]): Promise<Run> {
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
    server: async () => ({ openState, startServer: () => assert.fail('started') }),
    onStop: () => undefined,
    onReopen: () => undefined,
    exit: () => assert.fail('exited'),
  })
  assert.equal(opened, 0, 'the data folder stays open')
  return { code, out, error }
}

const makeData = () => mkdirSync(join(folder, 'data', 'records'), { recursive: true })

test('without arguments it says what the first step is', async () => {
  const { code, out, error } = await entrepot()
  assert.deepEqual([code, error], [0, ''])
  assert.match(out, /First step:\n {2}entrepot serve/)
})

/** What help shows as commands: `  create <name>   Create a bucket`. */
const commandsIn = (help: string): string[] =>
  help
    .split('\n\n')
    .filter((section) => /^[A-Z][a-z ]+:\n {2}[a-z][a-z-]*/.test(section))
    .filter((section) => !/^(Options|Arguments|Examples?|First step|Settings|Roles):/.test(section))
    .flatMap((section) => [...section.matchAll(/^ {2}([a-z][a-z-]*)(?: [<[].*?)? {2,}\S/gm)].map(([, name]) => name!))

test('every command’s help says what it does, gives an example and what comes next, in 80 columns', async () => {
  const paths = commandsIn((await entrepot()).out).filter((name) => name !== 'help')
  let leaves = 0
  for (const path of paths) {
    const { code, out, error } = await entrepot(...path.split(' '), '--help')
    assert.deepEqual([code, error], [0, ''], path)
    assert.match(out, new RegExp(`^Usage: entrepot ${path}`))
    // A URL cannot be wrapped.
    for (const line of out.split('\n')) assert.ok(line.length <= 80 || /^ *\S+$/.test(line), `${path}: ${line}`)
    const children = commandsIn(out)
    paths.push(...children.map((child) => `${path} ${child}`))
    if (children.length > 0) continue
    leaves++
    assert.match(out, /--json/, path)
    assert.match(out, /\nExamples?:\n {2}\S/, path)
    assert.match(out, /\nNext: /, path)
  }
  assert.ok(leaves >= 55, `${leaves} commands`)
  for (const path of ['serve', 'keys regenerate', 'users policy put', 'buckets set', 'usage storage', 'audit export'])
    assert.ok(paths.includes(path), path)
})

test('--version is the version alone', async () => {
  assert.deepEqual(await entrepot('--version'), { code: 0, out: '1.2.3\n', error: '' })
})

const misuses: [args: string[], message: RegExp][] = [
  [['serv'], /unknown command 'serv'\n\(Did you mean serve\?\)/],
  [['keys'], /Usage: entrepot keys/],
  [['keys', 'lst'], /unknown command 'lst'\n\(Did you mean list\?\)\nSee: entrepot keys --help/],
  [['keys', 'rename', 'A'], /missing required argument 'name'\nSee: entrepot keys rename --help/],
  [['keys', 'list', 'extra'], /too many arguments/],
  [['keys', 'list', '--dta', 'x'], /unknown option '--dta'\n\(Did you mean --data\?\)/],
  [['keys', 'list', '--data'], /argument missing/],
  [['keys', 'list', '--data', ''], /--data is empty; write a path/],
  [['serve', '--secret-key', 'x'], /unknown option '--secret-key'/],
  [['serve', '--s3-listen', 'x', '--region', 'X'], /2 settings are wrong:\n {2}- --s3-listen.*\n {2}- --region/],
  [['keys', 'list', '--config', 'absent.json'], /There is no configuration file .*absent\.json/],
]

for (const [args, message] of misuses) {
  test(`wrong usage is exit code 2: ${args.join(' ')}`, async () => {
    const { code, out, error } = await entrepot(...args)
    assert.deepEqual([code, out], [2, ''])
    assert.match(error, message)
  })

  test(`wrong usage in JSON: ${args.join(' ')} --json`, async () => {
    if (args.length < 2 || args.at(-1) === '--data') return
    const { code, out, error } = await entrepot(...args, '--json')
    assert.equal(code, 2)
    assert.equal(error, '')
    const content = JSON.parse(out) as { error: { code: string; message: string } }
    assert.equal(content.error.code, 'Usage')
    assert.notEqual(content.error.message, '')
  })
}

test('a command on a folder without data is refused, and makes nothing', async () => {
  const { code, out, error } = await entrepot('keys', 'list')
  assert.deepEqual([code, out], [1, ''])
  assert.match(error, /^entrepot: There is no data in .*data yet\. Start the server there once/)
})

test('an account can be made before the first start', async () => {
  const { code, out } = await entrepot('accounts', 'create', 'video', '--json')
  assert.equal(code, 0)
  const { id, displayName, accessKeyId, secretAccessKey } = JSON.parse(out) as Record<string, string>
  assert.match(id ?? '', /^[0-9a-f]{64}$/)
  assert.equal(displayName, 'video')
  assert.match(accessKeyId ?? '', /^AKIA/)
  assert.equal(secretAccessKey?.length, 40)
})

test('without a server a command works on the data folder itself', async () => {
  makeData()
  await entrepot('accounts', 'create', 'video')
  const { code, out, error } = await entrepot('keys', 'list')
  assert.deepEqual([code, error], [0, ''])
  assert.match(
    out,
    /^ACCESS KEY +STATE +ACCOUNT +USER +NAME +CREATED +LAST USED\nAKIA\w{16} {2}active {2}video +first key {2}\d{4}-\S+ {2}never\n$/,
  )
})

test('with a server the command is its affair', async () => {
  makeData()
  const state = await openState()
  const run = (name: string, parameters: unknown) => runCommand(state, name, parameters)
  const control = await listenForControl({
    dataFolder: join(folder, 'data'),
    version: '1',
    run,
    onFault: () => assert.fail('a command failed'),
  })
  opened = 0
  timesInUse = Number.POSITIVE_INFINITY
  try {
    assert.match((await entrepot('accounts', 'create', 'video')).out, /Account +video\n/)
    assert.match((await entrepot('buckets', 'create', 'films', '--account', 'video')).out, /The bucket films is there/)
    assert.match(
      (await entrepot('buckets', 'list')).out,
      /^BUCKET +ACCOUNT +REGION +OBJECTS +SIZE +DELIVERY +CREATED\nfilms +video +us-east-1 +0 +0 B +\w+ +2/,
    )
    const refused = await entrepot('accounts', 'create', 'video', '--json')
    assert.equal(refused.code, 1)
    assert.deepEqual(JSON.parse(refused.out), {
      error: { code: 'EntityAlreadyExists', message: 'There is an account "video" already.' },
    })
  } finally {
    await control.close()
  }
})

test('a folder that another process holds for a moment is waited for', async () => {
  makeData()
  timesInUse = 2
  assert.equal((await entrepot('accounts', 'list')).code, 0)
})

test('what is refused is one sentence on standard error, or one JSON object', async () => {
  makeData()
  assert.deepEqual(await entrepot('keys', 'delete', 'AKIA1'), {
    code: 1,
    out: '',
    error: 'entrepot: There is no access key "AKIA1".\n',
  })
  const { code, out, error } = await entrepot('keys', 'delete', 'AKIA1', '--json')
  assert.deepEqual([code, error], [1, ''])
  assert.deepEqual(JSON.parse(out), { error: { code: 'NoSuchEntity', message: 'There is no access key "AKIA1".' } })
})

test('settings come from the configuration file too', async () => {
  mkdirSync(join(folder, 'elsewhere', 'records'), { recursive: true })
  writeFileSync(join(folder, 'entrepot.json'), '{"data": "elsewhere"}')
  assert.equal((await entrepot('accounts', 'list')).code, 0)
  writeFileSync(join(folder, 'entrepot.json'), '{"dat": "elsewhere"}')
  const { code, error } = await entrepot('accounts', 'list')
  assert.equal(code, 2)
  assert.match(error, /entrepot\.json: "dat" is not a setting; did you mean data\?/)
})

test('names from the records cannot play with the terminal', async () => {
  makeData()
  const state = await openState()
  opened = 0
  const account = await state.accounts.create('video')
  const key = state.accessKeys.plan(account.id)
  await store.transact({ exclusive: [Buffer.of(1)] }, (transaction) =>
    state.accessKeys.insert(transaction, { ...key, name: 'a\u001B[2J\nb' }),
  )
  const { out } = await entrepot('keys', 'list')
  assert.equal(out.split('\n').length, 3)
  assert.ok(!out.includes('\u001B'))
})

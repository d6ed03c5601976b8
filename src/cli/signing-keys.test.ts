import assert from 'node:assert/strict'
import { existsSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, test } from 'node:test'
import { ApiError } from '../base/errors.ts'
import { makeCli } from './test-bed.ts'

const pem = '-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----\n'
const key = { bucket: 'films', created: '2026-11-20 16:00:00', id: 'ec25a6a6-b31e-4ac9-af01-711460421c6b', name: 'web' }

let cli: ReturnType<typeof makeCli>
beforeEach(() => void (cli = makeCli()))
afterEach(() => cli.remove())

const create = () => cli.with(() => ({ signing_key: { ...key, private_key: pem } }))

test('create prints the key id and the private key once', async () => {
  const { code, out, error } = await create()('signing-keys', 'create', 'films', '--name', 'web')
  assert.deepEqual([code, error], [0, ''])
  assert.match(out, /Key id +ec25a6a6-\S+\n +Bucket +films\n +Name +web\n\n-----BEGIN RSA PRIVATE KEY-----\nMIIE\n/)
  assert.match(out, /it is not shown again/)
  assert.deepEqual(cli.orders, [
    { operation: 'CreateSigningKey', account: undefined, body: { bucket: 'films', name: 'web' } },
  ])
})

test('create --json is the key as the management API shows it', async () => {
  const { out } = await create()('signing-keys', 'create', 'films', '--json')
  assert.deepEqual(JSON.parse(out), { ...key, private_key: pem })
})

test('create --out writes a file that only its owner can read, and prints no private key', async () => {
  for (const json of [[], ['--json']]) {
    const file = `key${json.length}.pem`
    const { code, out } = await create()('signing-keys', 'create', 'films', '--out', file, ...json)
    assert.equal(code, 0)
    const path = join(cli.folder, file)
    assert.equal(readFileSync(path, 'utf8'), pem)
    assert.equal(statSync(path).mode & 0o777, 0o600)
    assert.doesNotMatch(out, /PRIVATE/)
    if (json.length > 0) assert.deepEqual(JSON.parse(out), { ...key, file })
  }
})

test('create --out never overwrites: no key is made then', async () => {
  cli.write('key.pem', 'another key')
  const { code, error } = await cli.entrepot('signing-keys', 'create', 'films', '--out', 'key.pem')
  assert.deepEqual([code, error], [1, 'entrepot: There is a file key.pem already; it is not overwritten.\n'])
  assert.equal(readFileSync(join(cli.folder, 'key.pem'), 'utf8'), 'another key')
  const nowhere = await cli.entrepot('signing-keys', 'create', 'films', '--out', 'no/key.pem')
  assert.deepEqual([nowhere.code, cli.orders.length], [1, 0])
})

test('create --out leaves no file where the server refuses', async () => {
  const entrepot = cli.with(() => {
    throw new ApiError('LimitExceeded')
  })
  assert.equal((await entrepot('signing-keys', 'create', 'films', '--out', 'key.pem')).code, 1)
  assert.ok(!existsSync(join(cli.folder, 'key.pem')))
})

test('list goes through all pages', async () => {
  const entrepot = cli.with(({ query }) =>
    query?.['after'] === undefined
      ? { signing_keys: [key], next: 'films/1' }
      : { signing_keys: [{ ...key, id: 'second', name: null, managed: true }], next: null },
  )
  const { out } = await entrepot('signing-keys', 'list', '--bucket', 'films')
  assert.match(out, /^ID +BUCKET +NAME +CREATED\nec25\S+ +films +web +2026\S+ \S+\nsecond +films +\(the server's own\)/)
  assert.deepEqual(
    cli.orders.map(({ query }) => query),
    [
      { bucket: 'films', limit: '1000' },
      { bucket: 'films', limit: '1000', after: 'films/1' },
    ],
  )
  const json = await entrepot('signing-keys', 'list', '--json')
  assert.equal((JSON.parse(json.out) as { signing_keys: object[] }).signing_keys.length, 2)
})

test('an empty list says how a key comes to be', async () => {
  const { out } = await cli.with(() => ({ signing_keys: [], next: null }))('signing-keys', 'list')
  assert.match(out, /entrepot signing-keys create BUCKET/)
})

test('rename and delete name what they did', async () => {
  const entrepot = cli.with(({ operation }) =>
    operation === 'UpdateSigningKey' ? { signing_key: key } : { status: 'ok' },
  )
  assert.match((await entrepot('signing-keys', 'rename', key.id, 'web')).out, /^ec25\S+ is now called "web"\.\n$/)
  assert.match((await entrepot('signing-keys', 'delete', key.id, '--account', 'video')).out, /is deleted/)
  assert.deepEqual(cli.orders, [
    { operation: 'UpdateSigningKey', account: undefined, params: { id: key.id }, body: { name: 'web' } },
    { operation: 'DeleteSigningKey', account: 'video', params: { id: key.id } },
  ])
})

test('what is not found without --account is said to have been looked for in the first account', async () => {
  const entrepot = cli.with(() => {
    throw new ApiError('NoSuchEntity', 'There is no signing key "x".')
  })
  const { code, error } = await entrepot('signing-keys', 'delete', 'x')
  assert.deepEqual(
    [code, error],
    [1, 'entrepot: There is no signing key "x". It was looked for in the first account; --account names another.\n'],
  )
  const named = await entrepot('signing-keys', 'delete', 'x', '--account', 'video', '--json')
  assert.deepEqual(JSON.parse(named.out), { error: { code: 'NoSuchEntity', message: 'There is no signing key "x".' } })
})

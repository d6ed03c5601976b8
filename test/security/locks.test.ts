/** Attacks on object lock: a version that is locked, or may be, is not deleted. */
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { after, before, describe, test } from 'node:test'
import { send } from '../harness/request.ts'
import { startServer, type TestServer } from '../harness/server.ts'
import { temporaryFolder } from '../harness/tree.ts'
import { refuses, skip, succeeds } from './two-accounts.ts'

const bucket = '/locked'
const body = 'a letter that has to be kept'
const bypass = { 'x-amz-bypass-governance-retention': 'true' }
const lock = {
  'x-amz-object-lock-mode': 'GOVERNANCE',
  'x-amz-object-lock-retain-until-date': new Date(Date.now() + 86_400_000).toISOString(),
  'content-md5': createHash('md5').update(body).digest('base64'),
}

/** What the bytes of a lock in its record become. */
const damages: Readonly<Record<string, (record: string) => string>> = {
  'an unknown mode': (record) => record.replace('GOVERNANCE', 'GOVERNESSE'),
  'a time that is none': (record) => record.replace(/"untilMs":\d{6}/, '"untilMs":"soon"'),
  'no mode': (record) => record.replace('"mode"', '"made"'),
  'a record that is cut short': (record) => record.slice(0, -3),
  'a record of another format': (record) => `\x63${record.slice(1)}`,
}

describe('a lock that cannot be read', { skip }, () => {
  let server: TestServer
  const folder = temporaryFolder('locks')
  const versions = new Map<string, string>()

  before(async () => {
    if (skip !== false) return
    server = await startServer({ keepData: folder })
    await succeeds(server, { method: 'PUT', path: bucket, headers: { 'x-amz-bucket-object-lock-enabled': 'true' } })
    for (const key of ['untouched', ...Object.keys(damages)].map((_, index) => `k${index}`)) {
      const { headers } = await succeeds(server, { method: 'PUT', path: `${bucket}/${key}`, headers: lock, body })
      versions.set(key, String(headers['x-amz-version-id']))
    }
    await server.kill()
    damageLocks(join(folder, 'records/records.sqlite'))
    await server.restart()
  })
  after(async () => {
    await server?.stop()
    rmSync(folder, { recursive: true })
  })

  const deletions = (key: string) => [
    { method: 'DELETE', path: `${bucket}/${key}`, query: `versionId=${versions.get(key)}`, headers: bypass },
    { method: 'DELETE', path: `${bucket}/${key}`, query: `versionId=${versions.get(key)}` },
  ]

  for (const [index, what] of Object.keys(damages).entries()) {
    test(`security 28: DELETE of a version whose lock has ${what} is 503, and deletes nothing`, async () => {
      const key = `k${index + 1}`
      const before = recordOf(join(folder, 'records/records.sqlite'), key)
      for (const request of deletions(key)) await refuses(server, request, 503, 'ServiceUnavailable')
      const named = `<Object><Key>${key}</Key><VersionId>${versions.get(key)}</VersionId></Object>`
      const document = `<Delete>${named}</Delete>`
      const md5 = createHash('md5').update(document).digest('base64')
      const headers = { ...bypass, 'content-md5': md5 }
      const { text } = await succeeds(server, {
        method: 'POST',
        path: bucket,
        query: 'delete',
        headers,
        body: document,
      })
      assert.match(text, /<Error>.*<Code>ServiceUnavailable<\/Code>/s)
      assert.deepEqual(recordOf(join(folder, 'records/records.sqlite'), key), before)
    })
  }

  test('security 28: a lock that can be read is told from one that cannot', async () => {
    const [bypassing, plain] = deletions('k0')
    await refuses(server, plain!, 403, 'AccessDenied')
    assert.equal((await send(server, { path: `${bucket}/k0` })).text, body)
    await succeeds(server, bypassing!)
  })
})

const headSpace = 0x30

function damageLocks(file: string): void {
  const database = new DatabaseSync(file)
  for (const [index, damage] of Object.values(damages).entries()) {
    const [key, value] = find(database, `k${index + 1}`)
    const damaged = damage(value.toString('latin1'))
    assert.notEqual(damaged, value.toString('latin1'))
    database.prepare('UPDATE records SET value = ? WHERE key = ?').run(Buffer.from(damaged, 'latin1'), key)
  }
  database.close()
}

function recordOf(file: string, objectKey: string): Buffer {
  const database = new DatabaseSync(file, { readOnly: true })
  try {
    return find(database, objectKey)[1]
  } finally {
    database.close()
  }
}

/** The head of an object in the only bucket. */
function find(database: DatabaseSync, objectKey: string): [key: Buffer, value: Buffer] {
  const rows = database.prepare('SELECT key, value FROM records').all() as { key: Uint8Array; value: Uint8Array }[]
  const isHead = ({ key }: { key: Uint8Array }): boolean =>
    key[0] === headSpace && Buffer.from(key).toString('utf8', 9) === objectKey
  const { key, value } = rows.find(isHead)!
  return [Buffer.from(key), Buffer.from(value)]
}

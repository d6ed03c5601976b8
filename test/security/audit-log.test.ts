/** Who can write to the records changes the audit log all the same; that it shows. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { after, before, describe, test } from 'node:test'
import { managementClient, type ManagementClient } from '../harness/management.ts'
import { startServer, type TestServer } from '../harness/server.ts'

const skip = process.env['ENTREPOT_TEST_ENDPOINT'] === undefined ? false : 'the server is not ours'

describe('the audit log', { skip }, () => {
  const folder = skip === false ? mkdtempSync(join(tmpdir(), 'entrepot-audit-')) : ''
  let server: TestServer
  let client: ManagementClient

  before(async () => {
    server = await startServer({ keepData: folder })
    client = await managementClient(server)
    for (const name of ['anna', 'bert', 'carl', 'dora']) await client.done('POST /v1/users', { name })
  })
  after(async () => {
    await server?.stop()
    rmSync(folder, { recursive: true, force: true })
  })

  interface Verified {
    readonly whole: boolean
    readonly entries: number | null
    readonly head: string | null
    readonly broken: { readonly seq: number; readonly why: string } | null
  }
  const verify = (query = ''): Promise<Verified> => client.done<Verified>(`GET /v1/audit/verify${query}`)

  interface Row {
    readonly key: Uint8Array
    readonly value: Uint8Array
  }

  /** Does something to the file while the server does not run: its entries, the first with the number 1. */
  async function meddle(change: (database: DatabaseSync, entries: readonly Row[]) => void): Promise<void> {
    await server.kill()
    const database = new DatabaseSync(join(folder, 'records/records.sqlite'))
    const rows = database.prepare('SELECT key, value FROM records ORDER BY key').all() as unknown as readonly Row[]
    change(
      database,
      rows.filter(({ key, value }) => key.length === 9 && /"seq":\d+/.test(Buffer.from(value).toString())),
    )
    database.close()
    await server.restart()
  }

  const put = (database: DatabaseSync, key: Uint8Array, value: Uint8Array): void =>
    void database.prepare('INSERT OR REPLACE INTO records (key, value) VALUES (?, ?)').run(key, value)
  const remove = (database: DatabaseSync, key: Uint8Array): void =>
    void database.prepare('DELETE FROM records WHERE key = ?').run(key)

  for (const [title, seq, change, why] of [
    [
      'edited',
      4,
      (database: DatabaseSync, { key, value }: Row) =>
        put(
          database,
          key,
          Buffer.from(
            Buffer.from(value)
              .toString()
              .replace(/user \w+/, 'user eve'),
          ),
        ),
      'changed',
    ],
    ['removed', 3, (database: DatabaseSync, { key }: Row) => remove(database, key), 'missing'],
    [
      'put in the place of another',
      2,
      (database: DatabaseSync, { key }: Row, next: Row) => put(database, key, next.value),
      'out of order',
    ],
  ] as const) {
    test(`security 60: an entry that is ${title} is the first broken link, and put back the log is whole`, async () => {
      const { head, whole } = await verify()
      assert.equal(whole, true)
      const kept: Row[] = []
      await meddle((database, entries) => {
        kept.push(...entries)
        change(database, entries[seq - 1]!, entries[seq]!)
      })
      assert.deepEqual(await verify(), { whole: false, entries: null, head: null, broken: { seq, why } })
      await meddle((database) => {
        for (const { key, value } of kept) put(database, key, value)
      })
      assert.equal((await verify()).head, head)
    })
  }

  test('security 60: an end that is cut off shows, and by a head noted elsewhere also where the whole log was put back', async () => {
    const first = await verify()
    const kept: Row[] = []
    await meddle((database, entries) => {
      kept.push(...entries)
      remove(database, entries.at(-1)!.key)
    })
    const { broken } = await verify()
    assert.deepEqual(broken, { seq: first.entries, why: 'cut off' })
    await meddle((database) => put(database, kept.at(-1)!.key, kept.at(-1)!.value))
    assert.equal((await verify(`?head=${first.head}`)).whole, true)
    const later = `${first.entries! + 1}:${'0'.repeat(64)}`
    assert.deepEqual((await verify(`?head=${later}`)).broken, { seq: first.entries! + 1, why: 'cut off' })
  })
})

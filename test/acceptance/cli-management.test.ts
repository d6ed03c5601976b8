/** Management by the command line: with a server running and on the data folder alone, and what delivery makes of it. */
import assert from 'node:assert/strict'
import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { cli } from '../harness/management.ts'
import { patterned } from '../harness/names.ts'
import { send } from '../harness/request.ts'
import { command, startServer, type TestServer } from '../harness/server.ts'
import { tryRun, type Run } from '../harness/tools.ts'
import { temporaryFolder } from '../harness/tree.ts'

const skip = process.env['ENTREPOT_TEST_ENDPOINT'] === undefined ? false : 'the server is not ours'
const [program = '', ...programArguments] = command

interface SignedUrl {
  readonly url: string
  readonly token: string
  readonly key_id: string
}

interface Verified {
  readonly whole: boolean
  readonly entries: number
  readonly head: string
}

/** A data folder, a server on it that can be stopped, and the command line for both. */
class Round {
  readonly folder = temporaryFolder('cli-management')
  #server: TestServer | undefined
  #env: Readonly<Record<string, string>> = {}

  async start(): Promise<TestServer> {
    this.#server ??= await startServer({ keepData: this.folder, env: this.#env })
    this.#env = this.#server.env
    return this.#server
  }

  async stop(): Promise<void> {
    const server = this.#server
    this.#server = undefined
    await server?.stop()
  }

  async end(): Promise<void> {
    await this.stop()
    rmSync(this.folder, { recursive: true, force: true })
  }

  json<T>(...args: string[]): Promise<T> {
    return cli<T>({ env: this.#env }, ...args)
  }

  run(args: readonly string[], input?: string): Promise<Run> {
    const options = { env: this.#env, cwd: tmpdir(), timeoutSeconds: 30, ...(input === undefined ? {} : { input }) }
    return tryRun(program, [...programArguments, ...args], options)
  }
}

/** The body is read to its end, so that no connection waits for that while the server is to stop. */
async function ask(url: string, options: RequestInit = {}): Promise<{ status: number; body: Buffer }> {
  const answer = await fetch(url, options)
  return { status: answer.status, body: Buffer.from(await answer.arrayBuffer()) }
}

/** What a signed link answers on the bare address of this server's delivery. */
function deliver({ deliveryEndpoint }: TestServer, bucket: string, signed: SignedUrl) {
  const { pathname, search } = new URL(signed.url)
  return ask(`${deliveryEndpoint}/${bucket}${pathname}${search}`)
}

const body = patterned(3000)

for (const [title, running] of [
  ['with a server running', true],
  ['on the data folder alone', false],
] as const) {
  describe(title, { skip }, () => {
    const round = new Round()
    const outside = temporaryFolder('cli-management-files')
    /** The server stays, or is stopped again: the command line then has the folder to itself. */
    const serving = async <T>(use: (server: TestServer) => Promise<T>): Promise<T> => {
      const server = await round.start()
      try {
        return await use(server)
      } finally {
        if (!running) await round.stop()
      }
    }

    before(() => serving(async () => undefined))
    after(async () => {
      await round.end()
      rmSync(outside, { recursive: true, force: true })
    })

    test('a bucket is made authenticated, and its links open what they are for', async () => {
      await round.json('buckets', 'create', 'films', '--policy', 'public')
      await serving(async (server) => {
        for (const key of ['one/a.bin', 'one/b c.bin', 'two.bin'])
          assert.equal(
            (await send(server, { method: 'PUT', path: `/films/${key.replace(' ', '%20')}`, body })).status,
            200,
          )
        assert.equal((await ask(`${server.deliveryEndpoint}/films/two.bin`)).status, 200)
      })
      await round.json('buckets', 'policy', 'films', 'authenticated')
      const keyFile = join(outside, 'films.pem')
      const made = await round.json<{ id: string; private_key?: string }>(
        ...['signing-keys', 'create', 'films', '--name', 'web', '--out', keyFile],
      )
      assert.equal(made.private_key, undefined)
      assert.equal(statSync(keyFile).mode & 0o777, 0o600)
      assert.match(readFileSync(keyFile, 'utf8'), /^-----BEGIN RSA PRIVATE KEY-----\n/)

      const own = ['--key-file', keyFile, '--key-id', made.id]
      const byServer = await round.json<SignedUrl>('url', 'sign', 's3://films/one/b c.bin', '--expires', '10m')
      const byKey = await round.json<SignedUrl>('url', 'sign', 'films/one/a.bin', '--uri', '/one/', ...own)
      const byPath = await round.json<SignedUrl>('url', 'sign', 'films/two.bin', '--path', '--expires', 'never', ...own)
      const elsewhere = await round.json<SignedUrl>('url', 'sign', 'films/two.bin', '--ip', '192.0.2.1', ...own)
      await serving(async (server) => {
        assert.equal((await ask(`${server.deliveryEndpoint}/films/two.bin`)).status, 403)
        for (const signed of [byServer, byKey]) {
          const answer = await deliver(server, 'films', signed)
          assert.equal(answer.status, 200, signed.url)
          assert.equal(Buffer.compare(answer.body, Buffer.from(body)), 0)
        }
        const sibling = { ...byKey, url: byKey.url.replace('a.bin', 'b%20c.bin') }
        assert.equal((await deliver(server, 'films', sibling)).status, 200)
        const other = { ...byKey, url: byKey.url.replace('one/a.bin', 'two.bin') }
        assert.equal((await deliver(server, 'films', other)).status, 403)
        assert.equal((await deliver(server, 'films', elsewhere)).status, 403)
        // On its own host the token stands first in the path.
        const { pathname, host } = new URL(byPath.url)
        const answer = await send(
          { ...server, port: Number(new URL(server.deliveryEndpoint).port) },
          {
            ...{ path: pathname, headers: { host }, sign: 'none' },
          },
        )
        assert.equal(answer.status, 200, answer.text)
      })

      await round.json('signing-keys', 'rename', made.id, 'website')
      const { signing_keys: keys } = await round.json<{
        signing_keys: { id: string; name: string; private_key?: string }[]
      }>(...['signing-keys', 'list', '--bucket', 'films'])
      assert.equal(keys.length, 2)
      assert.deepEqual(
        keys.filter(({ id }) => id === made.id).map(({ name, private_key: key }) => [name, key]),
        [['website', undefined]],
      )
      await round.json('signing-keys', 'delete', made.id)
      await serving(async (server) => {
        assert.equal((await deliver(server, 'films', byKey)).status, 403)
        assert.equal((await deliver(server, 'films', byServer)).status, 200)
      })
      await round.json('buckets', 'delivery', 'films', 'off')
      await serving(async (server) => assert.equal((await deliver(server, 'films', byServer)).status, 404))
    })

    test('an API key opens the management API', async () => {
      const { api_key: apiKey } = await round.json<{ api_key: string }>('api-keys', 'create', 'deploy')
      await serving(async ({ adminEndpoint }) => {
        const answer = await ask(`${adminEndpoint}/v1/access_token/${apiKey}`, { method: 'POST' })
        assert.equal(answer.status, 200)
        const { access_token: token } = JSON.parse(answer.body.toString()) as { access_token: string }
        const headers = { authorization: `Bearer ${token}` }
        assert.equal((await ask(`${adminEndpoint}/v1/buckets`, { headers })).status, 200)
      })
    })

    test('a user is given a password on standard input, and signs in with it', async () => {
      await round.json('users', 'create', 'first', 'anna', '--role', 'member')
      const weak = await round.run(['users', 'password', 'first', 'anna', '--stdin'], 'password\n')
      assert.equal(weak.code, 1)
      const set = await round.run(['users', 'password', 'first', 'anna', '--stdin'], 'seven grey herons\n')
      assert.equal(set.code, 0, set.stderr)
      const { users } = await round.json<{ users: { name: string; hasPassword: boolean }[] }>('users', 'list')
      assert.deepEqual(
        users.map(({ name, hasPassword }) => [name, hasPassword]),
        [['anna', true]],
      )
      await serving(async ({ adminEndpoint }) => {
        for (const [password, status] of [
          ['seven grey geese', 401],
          ['seven grey herons', 200],
        ] as const) {
          const answer = await ask(`${adminEndpoint}/v1/session`, {
            method: 'POST',
            headers: { 'content-type': 'application/json' },
            body: JSON.stringify({ user: 'anna', password }),
          })
          assert.equal(answer.status, status)
        }
      })
    })

    test('the audit log says who did what, is whole, and shows what is cut out of an exported one', async () => {
      const first = await round.json<Verified>('audit', 'verify')
      assert.ok(first.whole && first.entries > 10)
      await round.json('buckets', 'policy', 'films', 'public')
      const { entries } = await round.json<{ entries: { actor: { kind: string }; action: string; outcome: string }[] }>(
        ...['audit', 'list', '--limit', '2'],
      )
      assert.deepEqual(
        entries.map(({ actor, action, outcome }) => [actor.kind, action, outcome]),
        [
          ['operator', 'PutBucketPolicy', 'done'],
          ['operator', 'PutBucketPolicy', 'begun'],
        ],
      )
      assert.ok((await round.json<Verified>('audit', 'verify', '--head', first.head)).whole)
      const wrong = await round.run(['audit', 'verify', '--head', first.head.replace(/^\d+/, '2')])
      assert.equal(wrong.code, 1)

      const exported = (await round.run(['audit', 'export'])).stdout
      assert.doesNotMatch(exported, /seven grey|PRIVATE KEY/)
      const file = join(outside, 'audit.jsonl')
      writeFileSync(file, exported)
      assert.ok((await round.json<Verified>('audit', 'verify', '--file', file, '--head', first.head)).whole)
      const lines = exported.split('\n')
      writeFileSync(file, [...lines.slice(0, 4), ...lines.slice(5)].join('\n'))
      const broken = await round.run(['audit', 'verify', '--file', file])
      assert.deepEqual([broken.code, /entry 5, which is missing/.test(broken.stdout)], [1, true], broken.stdout)
    })

    if (running) {
      test('settings go in and come out as they were', async () => {
        await round.json('buckets', 'create', 'set')
        const rules = [{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }]
        const statement = { Effect: 'Deny', Principal: '*', Action: 's3:GetObject', Resource: 'arn:aws:s3:::set/x' }
        // What is got of these has something around it.
        const documents: [setting: string, content: object][] = [
          ['encryption', { Rules: rules }],
          ['policy', { Version: '2012-10-17', Statement: [statement] }],
          ['tags', { TagSet: [{ Key: 'team', Value: 'video' }] }],
        ]
        for (const [setting, content] of documents) {
          const file = join(outside, `${setting}.json`)
          writeFileSync(file, JSON.stringify(content))
          await round.json('buckets', 'set', 'set', setting, file)
          const got = await round.json<object>('buckets', 'get', 'set', setting)
          writeFileSync(file, JSON.stringify(got))
          // What was got can be put as it is.
          await round.json('buckets', 'set', 'set', setting, file)
          assert.deepEqual(await round.json('buckets', 'get', 'set', setting), got, setting)
        }
        const preset = ['--preset', 'video-player', '--origin', 'https://www.example.com']
        await round.json('buckets', 'set', 'set', 'cors', ...preset)
        const { CORSRules: cors } = await round.json<{ CORSRules: object[] }>('buckets', 'get', 'set', 'cors')
        assert.equal(cors.length, 1)
        await round.json('buckets', 'unset', 'set', 'cors')
        assert.equal((await round.run(['buckets', 'get', 'set', 'cors'])).code, 1)
      })

      test('quotas hold', async () => {
        await round.json('buckets', 'create', 'small')
        await round.json('buckets', 'quota', 'small', '--bytes', '2KiB')
        const shown = await round.json<{ quota: object }>('buckets', 'show', 'small')
        assert.deepEqual(shown.quota, { bytes_max: 2048, objects_max: null })
        await serving(async (server) => {
          assert.equal((await send(server, { method: 'PUT', path: '/small/a', body })).code, 'QuotaExceeded')
        })
        const quota = await round.json('accounts', 'quota', 'first', '--objects', '100000')
        assert.deepEqual(quota, { bytes_max: null, objects_max: 100_000 })
        assert.deepEqual(await round.json('accounts', 'quota', 'first'), quota)
      })

      test('a presigned URL uploads', async () => {
        await round.json('buckets', 'create', 'uploads')
        const signed = await round.json<{ url: string }>('url', 'presign', 'uploads/a', '--method', 'PUT')
        await serving(async (server) => {
          const url = new URL(signed.url)
          const answer = await send(server, {
            ...{ method: 'PUT', path: url.pathname, query: url.search.slice(1) },
            ...{ headers: { host: url.host }, body, sign: 'none' },
          })
          assert.equal(answer.status, 200, answer.text)
        })
      })

      test('domains are made, shown and deleted by their names', async () => {
        const made = await round.json<{ id: string; verification: { cname: string } }>(
          ...['domains', 'create', 'media.example.com', '--bucket', 'films'],
        )
        assert.match(made.verification.cname, /^films\.media-storage\.us-east-1\.localhost$/)
        assert.equal((await round.json<{ id: string }>('domains', 'show', 'media.example.com')).id, made.id)
        assert.match((await round.run(['domains', 'list'])).stdout, /media\.example\.com +films +no +none/)
        await round.json('domains', 'delete', 'media.example.com')
        assert.equal((await round.run(['domains', 'show', made.id])).code, 1)
      })

      test('an old secret works for its grace', async () => {
        const old = await round.json<{ accessKeyId: string; secretAccessKey: string }>('keys', 'create')
        const renewed = await round.json<typeof old>('keys', 'regenerate', old.accessKeyId, '--grace', '1h')
        await serving(async (server) => {
          for (const credentials of [old, renewed])
            assert.equal((await send(server, { path: '/', credentials })).status, 200)
        })
      })

      test('usage is shown, by day', async () => {
        const usage = async () => (await round.json<{ usage: { requests: number }[] }>('usage')).usage
        for (let i = 0; i < 200 && (await usage()).length === 0; i++) await sleep(100)
        const [today] = await usage()
        assert.ok(today !== undefined && today.requests > 0)
        assert.match((await round.run(['usage', '--bucket', 'films'])).stdout, /^DAY +REQUESTS/)
        assert.equal((await round.run(['usage', 'storage'])).code, 0)
      })
    }

    test('a bucket goes with all that is in it', async () => {
      const args = ['empty-and-delete', 'films', '--confirm', 'films']
      assert.equal((await round.run(['buckets', ...args.slice(0, 2), '--confirm', 'film'])).code, 2)
      const gone = await round.run(['buckets', ...args, '--wait'])
      assert.equal(gone.code, 0, gone.stderr)
      assert.match(gone.stdout, running ? /is deleted with all that was in it/ : /once a server runs/)
      await serving(async (server) => {
        assert.equal((await send(server, { method: 'HEAD', path: '/films' })).status, 404)
      })
      const { buckets } = await round.json<{ buckets: { name: string }[] }>('buckets', 'list')
      assert.ok(!buckets.some(({ name }) => name === 'films'))
    })
  })
}

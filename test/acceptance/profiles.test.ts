/** Each profile on a server of its own, by what its vendor documents; TLS is what a trusted proxy says it is. */
import { GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3'
import { getSignedUrl } from '@aws-sdk/s3-request-presigner'
import assert from 'node:assert/strict'
import { tmpdir } from 'node:os'
import { after, before, describe, test } from 'node:test'
import { clientFor } from '../harness/client.ts'
import { element, send, type RawAnswer, type RawRequest } from '../harness/request.ts'
import { command, freePorts, startServer, type TestServer } from '../harness/server.ts'
import { tryRun, type Run } from '../harness/tools.ts'

const skip = process.env['ENTREPOT_TEST_ENDPOINT'] ? 'needs servers of its own' : false
const behindProxy = { ENTREPOT_TRUSTED_PROXIES: '127.0.0.1' }
const tls = { 'x-forwarded-proto': 'https' }
const outcome = ({ status, code }: RawAnswer): string => (code === '' ? `${status}` : `${status} ${code}`)

/** A server of the profile, and a way to send it requests that came by TLS. */
function serverOf(env: Readonly<Record<string, string>>) {
  const state: { server?: TestServer } = {}
  before(async () => {
    if (skip === false) state.server = await startServer({ env: { ...behindProxy, ...env } })
  })
  after(() => state.server?.stop())
  const server = (): TestServer => {
    assert.ok(state.server)
    return state.server
  }
  return {
    server,
    ask: (request: RawRequest) => send(server(), { ...request, headers: { ...tls, ...request.headers } }),
    cli: (...args: string[]): Promise<Run> => {
      const [program = '', ...rest] = command
      return tryRun(program, [...rest, ...args], { env: server().env, cwd: tmpdir() })
    },
  }
}

describe('aws', { skip }, () => {
  const { server, ask, cli } = serverOf({})

  test('takes Version 2 by query, not by header', async () => {
    assert.equal(outcome(await ask({ method: 'PUT', path: '/photos' })), '200')
    assert.equal(outcome(await ask({ path: '/photos', sign: 'query2' })), '200')
    assert.equal(outcome(await ask({ path: '/photos', sign: 'header2' })), '400 InvalidRequest')
  })

  test('takes a presigned upload whose URL has the checksum of an empty body', async () => {
    const url = await getSignedUrl(clientFor(server()), new PutObjectCommand({ Bucket: 'photos', Key: 'presigned' }))
    assert.match(url, /x-amz-checksum-crc32=AAAAAA/)
    assert.equal((await fetch(url, { method: 'PUT', body: 'not empty' })).status, 200)
    assert.equal((await ask({ path: '/photos/presigned' })).text, 'not empty')
  })

  test('a bucket is given a profile, and loses it again, while the server runs', async () => {
    assert.equal(outcome(await ask({ path: '/photos/presigned' })), '200')
    const set = await cli('buckets', 'settings', 'photos', '--profile', 'kontenum', '--toggle', 'tagging=off', '--json')
    assert.equal(set.code, 0, set.stderr)
    const shown = JSON.parse(set.stdout) as { profile: string; toggles: object; inForce: Record<string, string> }
    assert.deepEqual([shown.profile, shown.toggles], ['kontenum', { tagging: false }])
    assert.equal(shown.inForce['s3.getObject'], 'disabled')
    assert.equal(outcome(await ask({ path: '/photos/presigned' })), '403 AccessDenied')
    assert.equal(outcome(await ask({ path: '/photos', query: 'tagging' })), '501 NotImplemented')
    await cli('buckets', 'settings', 'photos', '--profile', 'inherit', '--toggle', 'tagging=inherit')
    assert.equal((await ask({ path: '/photos/presigned' })).text, 'not empty')
  })

  test('an account is given toggles, and a wrong one is refused', async () => {
    const list = JSON.parse((await cli('accounts', 'list', '--json')).stdout) as { accounts: { displayName: string }[] }
    const displayName = list.accounts[0]?.displayName ?? ''
    assert.equal((await cli('accounts', 'settings', displayName, '--toggle', 's3.getObject=disabled')).code, 0)
    assert.equal(outcome(await ask({ path: '/photos/presigned' })), '403 AccessDenied')
    assert.equal((await cli('accounts', 'settings', displayName, '--toggle', 's3.getObject=inherit')).code, 0)
    assert.equal(outcome(await ask({ path: '/photos/presigned' })), '200')
    const wrong = await cli('accounts', 'settings', displayName, '--toggle', 'http=maybe')
    assert.equal(wrong.code, 1)
    assert.match(wrong.stderr, /http is "maybe"; write one of allow, local, redirect, deny/)
  })

  test('the table of profiles is printed', async () => {
    const all = await cli('profiles')
    assert.match(all.stdout, /^TOGGLE +aws +qencode +selectel +kontenum\nsig\.v2\.header +off +off +on +on\n/)
    const one = await cli('profiles', 'kontenum')
    assert.match(one.stdout, /^TOGGLE +aws +kontenum\n/)
    assert.doesNotMatch(one.stdout, /naming\.key/)
    assert.equal((await cli('profiles', 'minio')).code, 2)
  })
})

describe('qencode', { skip }, () => {
  const { server, ask } = serverOf({ ENTREPOT_PROFILE: 'qencode', ENTREPOT_REGION: 'us-west' })

  test('Q-BN-4, Q-BN-7: a bucket has capitals, and is found by any', async () => {
    assert.equal(outcome(await ask({ method: 'PUT', path: '/mediaBucket' })), '200')
    assert.equal(
      outcome(await ask({ method: 'PUT', path: '/mediabucket/users/beatrice/kitten.jpg', body: 'k' })),
      '200',
    )
    assert.equal((await ask({ path: '/MEDIABUCKET/users/beatrice/kitten.jpg' })).text, 'k')
    const host = `mediabucket.${server().domain}:${server().port}`
    assert.equal((await ask({ path: '/users/beatrice/kitten.jpg', headers: { host } })).text, 'k')
  })

  test('Q-ON-1 to Q-ON-6: keys', async () => {
    const rows = [
      ['/mediaBucket/Kitten%20Videos', '200'],
      ['/mediaBucket/%E8%87%AA%E7%94%B1.txt', '200'],
      ['/mediaBucket/a/', '400 InvalidArgument'],
      ['/mediaBucket//a', '400 InvalidArgument'],
      ['/mediaBucket/a//b', '400 InvalidArgument'],
      ['/mediaBucket/a%5Cb', '400 InvalidArgument'],
      ['/mediaBucket/a%1Fb', '400 InvalidArgument'],
      ['/mediaBucket/a%7F', '400 InvalidArgument'],
      [`/mediaBucket/${'k'.repeat(1025)}`, '400 KeyTooLongError'],
    ] as const
    for (const [path, expected] of rows)
      assert.equal(outcome(await ask({ method: 'PUT', path, body: 'x' })), expected, path)
  })

  test('Q-AU-1, P-2: Version 4 only, but for the reads that s3cmd presigns', async () => {
    const path = '/mediaBucket/Kitten%20Videos'
    assert.equal(outcome(await ask({ path, sign: 'query2' })), '200')
    assert.equal(outcome(await ask({ method: 'PUT', path, body: 'x', sign: 'query2' })), '400 InvalidRequest')
    assert.equal(outcome(await ask({ path, sign: 'header2' })), '400 InvalidRequest')
  })

  test('Q-EP-2: plain HTTP is denied, and a presigned GET sent on', async () => {
    const path = '/mediaBucket/Kitten%20Videos'
    assert.equal(outcome(await send(server(), { path })), '403 InsecureTransport')
    const sent = await send(server(), { path, sign: 'query4' })
    assert.equal(outcome(sent), '307 TemporaryRedirect')
    assert.match(
      sent.headers.location ?? '',
      /^https:\/\/127\.0\.0\.1\/mediaBucket\/Kitten%20Videos\?.*X-Amz-Signature=/,
    )
  })

  test('Q-NO: a checksum is refused as documented', async () => {
    const headers = { 'x-amz-checksum-crc32': 'AAAAAA==' }
    const refused = await ask({ method: 'PUT', path: '/mediaBucket/b', body: 'x', headers })
    assert.equal(outcome(refused), '400 InvalidArgument')
    assert.equal(
      element(refused.text, 'Message'),
      "Unsupported header 'x-amz-checksum-crc32' received for this API call.",
    )
  })

  test('Q-NO, Q-OP: what is not supported is 501', async () => {
    for (const query of ['tagging', 'lifecycle', 'website', 'logging', 'policy', 'notification'])
      assert.equal(outcome(await ask({ path: '/mediaBucket', query })), '501 NotImplemented', query)
    const body = '<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>'
    assert.equal(
      outcome(await ask({ method: 'PUT', path: '/mediaBucket', query: 'versioning', body })),
      '501 NotImplemented',
    )
    assert.equal(outcome(await ask({ path: '/mediaBucket', query: 'versioning' })), '200')
  })
})

describe('selectel', { skip }, () => {
  const { server, ask } = serverOf({ ENTREPOT_PROFILE: 'selectel', ENTREPOT_REGION: 'ru-1' })

  test('L-19: buckets have capitals and more; Version 2 is taken in every form', async () => {
    assert.equal(outcome(await ask({ method: 'PUT', path: '/BucketName' })), '200')
    assert.equal(outcome(await ask({ method: 'PUT', path: '/%D0%B2%D0%B5%D0%B4%D1%80%D0%BE' })), '200')
    assert.equal(outcome(await ask({ method: 'PUT', path: '/BucketName/a', body: 'x', sign: 'header2' })), '200')
    assert.equal((await ask({ path: '/BucketName/a', sign: 'query2' })).text, 'x')
    assert.equal(outcome(await ask({ path: '/bucketname/a' })), '404 NoSuchBucket')
  })

  test('plain HTTP is denied, presigned or not', async () => {
    assert.equal(outcome(await send(server(), { path: '/BucketName/a' })), '403 InsecureTransport')
    assert.equal(outcome(await send(server(), { path: '/BucketName/a', sign: 'query4' })), '403 InsecureTransport')
  })
})

describe('kontenum', { skip }, () => {
  const { server, ask, cli } = serverOf({ ENTREPOT_PROFILE: 'kontenum', ENTREPOT_TOGGLES: 'auth.plainKey=on' })

  test('K-GO-1: GetObject is disabled, signed or presigned; HEAD and copies are not', async () => {
    const s3 = clientFor(server())
    assert.equal(outcome(await ask({ method: 'PUT', path: '/origin' })), '200')
    assert.equal(outcome(await ask({ method: 'PUT', path: '/origin/a', body: 'x' })), '200')
    const refused = await ask({ path: '/origin/a' })
    assert.equal(outcome(refused), '403 AccessDenied')
    assert.equal(element(refused.text, 'Message'), 'GetObject is disabled on this endpoint; use the delivery URL.')
    const url = await getSignedUrl(s3, new GetObjectCommand({ Bucket: 'origin', Key: 'a' }))
    assert.equal((await fetch(url)).status, 403)
    assert.equal(outcome(await ask({ method: 'HEAD', path: '/origin/a' })), '200')
    const headers = { 'x-amz-copy-source': '/origin/a' }
    assert.equal(outcome(await ask({ method: 'PUT', path: '/origin/b', headers })), '200')
  })

  test('K-PR-1, K-SG-1: plain HTTP and every signature', async () => {
    for (const sign of ['header4', 'query4', 'header2', 'query2'] as const)
      assert.equal(outcome(await send(server(), { path: '/origin', sign })), '200', sign)
  })

  test('K-AK-1: two access keys are active at most', async () => {
    const second = await cli('keys', 'create', '--json')
    assert.equal(second.code, 0, second.stderr)
    const third = await cli('keys', 'create')
    assert.equal(third.code, 1)
    assert.match(third.stderr, /2 active access keys/)
    const { accessKeyId } = JSON.parse(second.stdout) as { accessKeyId: string }
    assert.equal((await cli('keys', 'deactivate', accessKeyId)).code, 0)
    assert.equal((await cli('keys', 'create')).code, 0)
    assert.equal((await cli('keys', 'activate', accessKeyId)).code, 1)
  })

  test('K-AU-1: the key itself is taken by TLS, and the log says so without it', async () => {
    const { accessKeyId, secretAccessKey } = server()
    const authorization = `${accessKeyId}:${secretAccessKey}`
    const plainly = (headers: Record<string, string>) =>
      send(server(), { method: 'PUT', path: '/origin/plain', body: 'x', sign: 'none', headers })
    assert.equal(outcome(await plainly({ ...tls, authorization })), '200')
    assert.equal(outcome(await plainly({ authorization })), '403 InsecureTransport')
    assert.equal(outcome(await plainly({ ...tls, authorization: `${accessKeyId}:wrong` })), '403 SignatureDoesNotMatch')
    assert.match(server().log(), /"audit":"auth\.plainKey","accessKeyId":"AKIATESTENTREPOT0001"/)
    assert.ok(!server().log().includes(secretAccessKey))
  })
})

describe('two listeners, two HTTP threads', { skip }, () => {
  let server: TestServer
  let second: TestServer
  before(async () => {
    if (skip !== false) return
    const [port = 0] = await freePorts(1)
    const listeners = [{ listen: `127.0.0.1:${port}`, profile: 'kontenum', toggles: { tagging: false } }]
    server = await startServer({
      env: { ENTREPOT_S3_LISTENERS: JSON.stringify(listeners), ENTREPOT_HTTP_THREADS: '2' },
    })
    second = { ...server, port, endpoint: `http://127.0.0.1:${port}` }
  })
  after(() => server?.stop())

  test('have one content and a profile each', async () => {
    assert.equal(outcome(await send(server, { method: 'PUT', path: '/photos' })), '200')
    assert.equal(outcome(await send(second, { method: 'PUT', path: '/photos/a', body: 'x' })), '200')
    // Often enough that both threads are met.
    for (let time = 0; time < 8; time++) {
      assert.equal((await send(server, { path: '/photos/a' })).text, 'x')
      assert.equal(outcome(await send(second, { path: '/photos/a' })), '403 AccessDenied')
      assert.equal(outcome(await send(second, { path: '/photos', query: 'tagging' })), '501 NotImplemented')
      assert.equal(outcome(await send(second, { path: '/photos', sign: 'header2' })), '200')
      assert.equal(outcome(await send(server, { path: '/photos', sign: 'header2' })), '400 InvalidRequest')
    }
  })
})

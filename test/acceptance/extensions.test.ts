/** What AWS S3 does not have, as clients of Wasabi, Ceph and others ask for it: signed by Version 2 and 4, over the network. */
import { PutObjectCommand } from '@aws-sdk/client-s3'
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { clientFor } from '../harness/client.ts'
import { bucketName } from '../harness/names.ts'
import { element, elements, send, sign, type RawAnswer, type RawRequest } from '../harness/request.ts'
import { startServer, type TestServer } from '../harness/server.ts'

const bucket = bucketName('extensions')
const skip = process.env['ENTREPOT_TEST_ENDPOINT'] ? 'the server is not ours to configure' : false
let server: TestServer

before(async () => {
  if (skip !== false) return
  server = await startServer({ env: { ENTREPOT_PROFILE: 'kontenum', ENTREPOT_TOGGLES: 's3.getObject=enabled' } })
  await ask({ method: 'PUT', path: `/${bucket}` })
})
after(() => server?.stop())

/** Sends, and expects success unless a status is given. */
async function ask(request: RawRequest, status?: number): Promise<RawAnswer> {
  const answer = await send(server, request)
  const ok = status === undefined ? answer.status < 300 : answer.status === status
  assert.ok(ok, `${request.method} ${request.path}?${request.query ?? ''}: ${answer.status} ${answer.text}`)
  return answer
}

const put = (key: string, body: string, more: Partial<RawRequest> = {}) =>
  ask({ method: 'PUT', path: `/${bucket}/${key}`, body, ...more })
const get = async (key: string): Promise<string> => (await ask({ path: `/${bucket}/${key}` })).text

const compose = (...keys: readonly string[]): string =>
  `<ComposeRequest>${keys.map((key) => `<Component><Name>${key}</Name></Component>`).join('')}</ComposeRequest>`

for (const way of ['header4', 'header2', 'query2', 'query4'] as const) {
  test(`append, compose and force_delete signed by ${way}`, { skip }, async () => {
    await put('log', 'one,')
    await put('log', 'two,'.repeat(20_000), { query: 'append', sign: way })
    await put('log', 'three', { query: 'append', sign: way })
    assert.equal(await get('log'), `one,${'two,'.repeat(20_000)}three`)
    await put('all', compose('log', 'log'), { query: 'compose', sign: way })
    assert.equal((await get('all')).length, 2 * 80_009)
    const path = `/${bucket}-${way}`
    await ask({ method: 'PUT', path })
    for (const key of ['a', 'b', 'a']) await ask({ method: 'PUT', path: `${path}/${key}`, body: key })
    await ask({ method: 'DELETE', path }, 409)
    assert.equal((await ask({ method: 'DELETE', path, query: 'force_delete=true', sign: way })).status, 204)
    await ask({ path }, 404)
  })
}

for (const way of ['header2', 'query2'] as const) {
  test(
    `what is added to a request signed by ${way} makes it void: append, compose, force_delete`,
    { skip },
    async () => {
      await put('safe', 'safe')
      const added: readonly (readonly [method: string, path: string, body: string, more: string])[] = [
        ['PUT', `/${bucket}/safe`, 'x', 'append'],
        ['PUT', `/${bucket}/safe`, compose('safe'), 'compose'],
        ['PUT', `/${bucket}/safe`, 'x', 'append&position=4'],
        ['DELETE', `/${bucket}`, '', 'force_delete=true'],
        // Version 2's own clients do not know it, and so may leave it out of what a header signs.
        ...(way === 'query2' ? ([['POST', `/${bucket}/safe`, '', 'undelete']] as const) : []),
      ]
      for (const [method, path, body, more] of added) {
        const tamper = (wire: { query: string }): void => {
          wire.query = wire.query === '' ? more : `${wire.query}&${more}`
        }
        const answer = await ask({ method, path, body, sign: way, tamper }, 403)
        assert.equal(answer.code, 'SignatureDoesNotMatch')
      }
      // And what was signed cannot be left out.
      const without = (wire: { query: string }): void => {
        wire.query = wire.query.replace(/^append&?/, '')
      }
      await ask({ method: 'PUT', path: `/${bucket}/safe`, query: 'append', body: 'x', sign: way, tamper: without }, 403)
      const position = (wire: { query: string }): void => {
        wire.query = wire.query.replace('position=1', 'position=4')
      }
      if (way === 'query2')
        await ask(
          {
            method: 'PUT',
            path: `/${bucket}/safe`,
            query: 'append&position=1',
            body: 'x',
            sign: way,
            tamper: position,
          },
          403,
        )
      assert.equal(await get('safe'), 'safe')
    },
  )
}

test('the sub-resources are signed in the order of their names, as Version 2 has it', { skip }, async () => {
  await put('v2', 'one')
  const request: RawRequest = { method: 'PUT', path: `/${bucket}/v2`, query: 'append', body: 'two', sign: 'header2' }
  assert.match(sign(server, request).headers['authorization']!, /^AWS AKIATESTENTREPOT0001:/)
  await ask(request)
  assert.equal(await get('v2'), 'onetwo')
})

test('AWS’s SDK appends with WriteOffsetBytes', { skip }, async () => {
  const s3 = clientFor(server)
  const at = (WriteOffsetBytes: number, Body: string) =>
    s3.send(new PutObjectCommand({ Bucket: bucket, Key: 'sdk', Body, WriteOffsetBytes }))
  try {
    await at(0, 'one')
    assert.equal((await at(3, 'two')).Size, 6)
    await assert.rejects(at(3, 'three'), { name: 'InvalidWriteOffset' })
    assert.equal(await get('sdk'), 'onetwo')
  } finally {
    s3.destroy()
  }
})

test('MOVE goes through, for an object and for all under a prefix', { skip }, async () => {
  await put('dir/a', 'a')
  await put('dir/b', 'b')
  const move = (key: string, headers: Record<string, string>) =>
    ask({ method: 'MOVE', path: `/${bucket}/${key}`, headers })
  await move('dir/a', { destination: 'dir/c' })
  assert.equal(await get('dir/c'), 'a')
  const { text } = await move('dir/', { destination: 'moved/', 'x-wasabi-prefix': 'True' })
  assert.deepEqual(elements(text, 'Destination'), ['moved/b', 'moved/c'])
  assert.equal(await get('moved/b'), 'b')
  await ask({ method: 'MOVE', path: `/${bucket}`, headers: { destination: 'other' } }, 501)
  await ask({
    method: 'PUT',
    path: `/${bucket}/renamed`,
    query: 'renameObject',
    headers: { 'x-amz-rename-source': 'moved/b' },
  })
  assert.equal(await get('renamed'), 'b')
})

test('what is deleted can be had back, for 90 days', { skip }, async () => {
  await put('lost', 'and found')
  await ask({ method: 'DELETE', path: `/${bucket}/lost` })
  const list = await ask({ path: `/${bucket}`, query: 'deleted&prefix=lost' })
  assert.equal(element(list.text, 'Key'), 'lost')
  const kept = Date.parse(element(list.text, 'PurgeAfter')) - Date.parse(element(list.text, 'Deleted'))
  assert.equal(kept, 90 * 86_400_000)
  await ask({ method: 'POST', path: `/${bucket}/lost`, query: 'undelete' })
  assert.equal(await get('lost'), 'and found')
})

test('many clients append at once, and nothing is lost', { skip }, async () => {
  await put('busy', '')
  const words = Array.from({ length: 24 }, (_, index) => `<${index}>`)
  await Promise.all(words.map((word) => put('busy', word, { query: 'append' })))
  const text = await get('busy')
  assert.deepEqual(text.match(/<\d+>/g)!.toSorted(), words.toSorted())
  assert.equal(text.length, words.join('').length)
})

test('a bucket that was to be emptied when the server was killed is gone soon after it is back', { skip }, async () => {
  const own = await startServer({ env: { ENTREPOT_TOGGLES: 'forceDelete.waitSeconds=0' } })
  try {
    const path = '/doomed'
    await send(own, { method: 'PUT', path })
    const keys = Array.from({ length: 300 }, (_, index) => `${path}/${index}`)
    await Promise.all(keys.map((key) => send(own, { method: 'PUT', path: key, body: key })))
    const answer = await send(own, { method: 'DELETE', path, query: 'force_delete=true' })
    assert.equal(answer.status, 202)
    await own.kill()
    await own.restart()
    assert.equal((await send(own, { path: `${path}/1` })).status, 404)
    for (;;) {
      const { status } = await send(own, { method: 'PUT', path })
      if (status === 200) break
      assert.equal(status, 409)
      await sleep(50)
    }
    assert.equal(elements((await send(own, { path, query: 'list-type=2' })).text, 'Key').length, 0)
  } finally {
    await own.stop()
  }
})

/** Rights that an object's ACL or tags give are those of the version that is given out, whoever writes between. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { makeFront, otherAccountId, type Sent } from './test-bed.ts'

const requests: readonly (readonly [line: string, sent?: Sent])[] = [
  ['GET /photos/k'],
  ['GET /photos/k', { headers: { range: 'bytes=0-1' } }],
  ['HEAD /photos/k'],
  ['PUT /theirs/copy', { headers: { 'x-amz-copy-source': '/photos/k' } }],
]

/** A front in which, once `k` has been looked at for its rights, what `meanwhile` does is done before anything else. */
async function overtaken(meanwhile: (send: Awaited<ReturnType<typeof makeFront>>['send']) => Promise<unknown>) {
  const front = await makeFront({ toggles: { acl: 'full' } })
  const { objects, send } = front
  await send('PUT /theirs', { account: otherAccountId })
  await send('PUT /photos/k', { body: 'for all', headers: { 'x-amz-acl': 'public-read' } })
  const find = objects.find.bind(objects)
  let looked = false
  objects.find = async (...asked) => {
    const head = await find(...asked)
    if (!looked) {
      looked = true
      await meanwhile(send)
    }
    return head
  }
  return front
}

for (const [line, sent] of requests) {
  const what = `${line} ${JSON.stringify(sent?.headers ?? {})}`
  test(`${what}: what is private by now is not given out on the word of what stood there before`, async () => {
    const { send } = await overtaken((owner) => owner('PUT /photos/k', { body: 'for me' }))
    const { status, text } = await send(line, { ...sent, account: otherAccountId })
    assert.equal(status, 403, text)
    assert.doesNotMatch(text, /for me/)
  })

  test(`${what}: what is for all still is given out`, async () => {
    const replace: Sent = { body: 'for all, new', headers: { 'x-amz-acl': 'public-read' } }
    const { send } = await overtaken((owner) => owner('PUT /photos/k', replace))
    const { status, text } = await send(line, { ...sent, account: otherAccountId })
    assert(status < 300, text)
  })
}

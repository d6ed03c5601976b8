import assert from 'node:assert/strict'
import { test } from 'node:test'
import { makeFront } from '../test-bed.ts'

test('GetObjectTorrent: 404 NoSuchKey, which says whether it is the object or its torrent that is not there', async () => {
  const { send } = await makeFront()
  await send('PUT /photos/film.mp4', { body: 'hello, world' })
  const { outcome, element } = await send('GET /photos/film.mp4?torrent')
  assert.equal(outcome, '404 NoSuchKey')
  assert.match(element('Message')!, /no torrent/)
  assert.doesNotMatch((await send('GET /photos/none?torrent')).element('Message')!, /torrent/)
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { makeFront } from '../test-bed.ts'

const body =
  '<CORSConfiguration><CORSRule><AllowedMethod>GET</AllowedMethod><AllowedOrigin>*</AllowedOrigin></CORSRule></CORSConfiguration>'

test('DeleteBucketCors is 204, whether there is a configuration or not, and then there is none', async () => {
  const { send } = await makeFront()
  assert.equal((await send('DELETE /photos?cors')).outcome, '204')
  await send('PUT /photos?cors', { body })
  assert.equal((await send('DELETE /photos?cors')).outcome, '204')
  assert.equal((await send('GET /photos?cors')).outcome, '404 NoSuchCORSConfiguration')
  const headers = { origin: 'https://a.example', 'access-control-request-method': 'GET' }
  assert.equal((await send('OPTIONS /photos', { headers })).outcome, '403 AccessForbidden')
})

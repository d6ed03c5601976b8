import assert from 'node:assert/strict'
import { test } from 'node:test'
import { accountId, completeDocument, makeFront, otherAccountId, sendParts, type Sent } from '../test-bed.ts'

const thirdAccountId = 'c'.repeat(64)
const acl = (name: string): Sent => ({ headers: { 'x-amz-acl': name } })
const allAcls = { toggles: { acl: 'full' } }

test('an object that is put with an ACL can be read by whom the ACL allows it, and by nobody else', async () => {
  const { send } = await makeFront(allAcls)
  await send('PUT /photos/open', { body: 'kitten', ...acl('authenticated-read') })
  const granted = { 'x-amz-grant-read': `id=${otherAccountId}`, 'x-amz-grant-full-control': `id=${accountId}` }
  await send('PUT /photos/granted', { body: 'kitten', headers: granted })
  await send('PUT /photos/shut', { body: 'kitten' })
  const get = async (key: string, account: string) => (await send(`GET /photos/${key}`, { account })).outcome
  const denied = '403 AccessDenied'
  assert.deepEqual([await get('open', otherAccountId), await get('open', thirdAccountId)], ['200', '200'])
  assert.deepEqual([await get('granted', otherAccountId), await get('granted', thirdAccountId)], ['200', denied])
  assert.deepEqual([await get('shut', otherAccountId), await get('shut', accountId)], [denied, '200'])
})

test('an object that another account writes into a public bucket is its own: the owner of the bucket can delete it, not read it', async () => {
  const { send } = await makeFront(allAcls)
  await send('PUT /photos?acl', acl('public-read-write'))
  assert.equal((await send('PUT /photos/k', { body: 'theirs', account: otherAccountId })).outcome, '200')
  assert.equal((await send('GET /photos/k')).outcome, '403 AccessDenied')
  assert.equal((await send('GET /photos/k?acl')).outcome, '403 AccessDenied')
  assert.equal((await send('GET /photos/k', { account: otherAccountId })).text, 'theirs')
  const { elements } = await send('GET /photos/k?acl', { account: otherAccountId })
  assert.deepEqual([elements('ID'), elements('Permission')], [[otherAccountId, otherAccountId], ['FULL_CONTROL']])
  assert.equal((await send('DELETE /photos/k')).outcome, '204')
})

test('a multipart upload keeps the ACL and the owner that it began with, and shows the owner', async () => {
  const { send, assertLedger } = await makeFront(allAcls)
  await send('PUT /photos?acl', acl('public-read-write'))
  const account = otherAccountId
  const begun = await send('POST /photos/k?uploads', { ...acl('bucket-owner-read'), account })
  const uploadId = begun.element('UploadId')!
  const parts = await sendParts(send, 'k', uploadId, ['kitten'])
  assert.deepEqual((await send(`GET /photos/k?uploadId=${uploadId}`)).elements('ID'), [otherAccountId, otherAccountId])
  assert.deepEqual((await send('GET /photos?uploads')).elements('ID'), [otherAccountId, otherAccountId])
  const body = completeDocument(parts)
  assert.equal((await send(`POST /photos/k?uploadId=${uploadId}`, { body, account })).outcome, '200')
  assert.deepEqual((await send('GET /photos/k?acl', { account })).elements('ID'), [
    otherAccountId,
    otherAccountId,
    accountId,
  ])
  assert.equal((await send('GET /photos/k')).text, 'kitten')
  await assertLedger()
})

test('a copy has the ACL that its request asks for, and not that of its source', async () => {
  const { send } = await makeFront(allAcls)
  await send('PUT /photos/source', { body: 'kitten', ...acl('public-read') })
  const copy = (key: string, headers: Sent['headers'] = {}) =>
    send(`PUT /photos/${key}`, { headers: { 'x-amz-copy-source': '/photos/source', ...headers } })
  assert.equal((await copy('private')).outcome, '200')
  assert.equal((await copy('public', { 'x-amz-acl': 'public-read' })).outcome, '200')
  const get = async (key: string) => (await send(`GET /photos/${key}`, { account: otherAccountId })).outcome
  assert.deepEqual([await get('private'), await get('public')], ['403 AccessDenied', '200'])
})

test('an ACL that is refused leaves nothing behind', async () => {
  const { send, assertLedger } = await makeFront()
  const refused = '400 AccessControlListNotSupported'
  assert.equal((await send('PUT /photos/k', { body: 'kitten', ...acl('public-read') })).outcome, refused)
  assert.equal((await send('POST /photos/k?uploads', acl('public-read'))).outcome, refused)
  assert.equal((await send('PUT /photos/k', { body: 'x', headers: { 'x-amz-grant-write': 'id=x' } })).outcome, refused)
  assert.equal((await send('GET /photos/k')).outcome, '404 NoSuchKey')
  assert.deepEqual((await send('GET /photos?uploads')).elements('Upload'), [])
  await assertLedger()
})

test('what objects were granted counts no more when ACLs are switched off, and again when they are switched on', async () => {
  const { send } = await makeFront(allAcls)
  await send('PUT /photos/k', { body: 'kitten', ...acl('public-read') })
  const get = async () => (await send('GET /photos/k', { account: otherAccountId })).outcome
  const put = (ownership: string) =>
    send('PUT /photos?ownershipControls', {
      body: `<OwnershipControls><Rule><ObjectOwnership>${ownership}</ObjectOwnership></Rule></OwnershipControls>`,
    })
  assert.equal(await get(), '200')
  await put('BucketOwnerEnforced')
  assert.equal(await get(), '403 AccessDenied')
  assert.deepEqual((await send('GET /photos/k?acl')).elements('Permission'), ['FULL_CONTROL'])
  await put('ObjectWriter')
  assert.equal(await get(), '200')
})

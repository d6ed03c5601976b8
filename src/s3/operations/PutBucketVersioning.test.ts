import assert from 'node:assert/strict'
import { test } from 'node:test'
import { makeFront, otherAccountId } from '../test-bed.ts'
import { makeLockedFront, putVersion, setVersioning } from '../versioned.fixture.ts'

const configuration = (content: string): string => `<VersioningConfiguration>${content}</VersioningConfiguration>`
const status = (text: string): string => `<Status>${text}</Status>`

const rows: readonly (readonly [body: string, headers: Record<string, string>, outcome: string])[] = [
  [configuration(status('Enabled')), {}, '200'],
  [configuration(status('Suspended')), {}, '200'],
  [configuration(`<MfaDelete>Disabled</MfaDelete>${status('Enabled')}`), {}, '200'],
  [configuration(`<MfaDelete>Enabled</MfaDelete>${status('Enabled')}`), {}, '501 NotImplemented'],
  [configuration(status('Enabled')), { 'x-amz-mfa': 'serial 123456' }, '501 NotImplemented'],
  [configuration(''), {}, '400 IllegalVersioningConfigurationException'],
  [configuration(status('enabled')), {}, '400 MalformedXML'],
  [configuration(status('Disabled')), {}, '400 MalformedXML'],
  [configuration(status('Enabled') + status('Suspended')), {}, '400 MalformedXML'],
  ['<Versioning/>', {}, '400 MalformedXML'],
  ['', {}, '400 MissingRequestBodyError'],
]
for (const [body, headers, outcome] of rows) {
  test(`PutBucketVersioning with ${body || 'nothing'} ${JSON.stringify(headers)} is ${outcome}`, async () => {
    const { send, buckets } = await makeFront()
    assert.equal((await send('PUT /photos?versioning', { body, headers })).outcome, outcome)
    const { versioning } = await buckets.get('photos')
    assert.equal(versioning, outcome === '200' ? /<Status>(\w+)/.exec(body)![1] : undefined)
  })
}

test('versioning can be enabled, suspended and enabled again, and versions that are there stay', async () => {
  const { send } = await makeFront()
  await putVersion(send, 'k', '0')
  const ids: string[] = []
  for (const state of ['Enabled', 'Suspended', 'Enabled'] as const) {
    await setVersioning(send, state)
    ids.push(await putVersion(send, 'k', state))
  }
  const { elements } = await send('GET /photos?versions')
  assert.deepEqual(elements('VersionId'), [ids[2], 'null', ids[0]])
})

test('versioning of a bucket with object lock cannot be suspended', async () => {
  const { send, buckets } = await makeLockedFront()
  const suspended = await send('PUT /photos?versioning', { body: configuration(status('Suspended')) })
  assert.equal(suspended.outcome, '409 InvalidBucketState')
  assert.match(suspended.text, /An Object Lock configuration is present on this bucket, so the versioning state cannot/)
  await setVersioning(send, 'Enabled')
  assert.equal((await buckets.get('photos')).versioning, 'Enabled')
})

test('PutBucketVersioning is not for other accounts', async () => {
  const { send } = await makeFront()
  const sent = { body: configuration(status('Enabled')), account: otherAccountId }
  assert.equal((await send('PUT /photos?versioning', sent)).outcome, '403 AccessDenied')
})

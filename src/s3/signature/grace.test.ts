import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { beforeEach, test } from 'node:test'
import {
  signedChunks,
  signHeader2,
  signHeader4,
  signQuery2,
  signQuery4,
  unsignedChunks,
} from '../../../test/harness/sign.ts'
import { AccessKeys } from '../../access/access-keys.ts'
import { insertAccount } from '../../access/accounts.ts'
import { createFindCredential } from '../../access/find-credential.ts'
import { MasterKey } from '../../access/sealing.ts'
import { systemRandom } from '../../base/random.ts'
import { Secret } from '../../base/secret.ts'
import type { Bed } from '../../objects/test-bed.ts'
import { form } from '../post/test-bed.ts'
import { accountId, makeFront, type Answer, type Sent } from '../test-bed.ts'
import { deriveSigningKey } from './signing-key.ts'

const toggles = { 'auth.plainKey': true, 'sig.v2.header': 'on', 'sig.v2.query': 'on', 'sig.v2.post': true } as const
const graceSeconds = 3600
const masterKey = new MasterKey(new Secret('17'.repeat(32)), systemRandom)

let front: Awaited<ReturnType<typeof makeFront>>
let accessKeys: AccessKeys
let accessKeyId: string
/** The secret that the key was made with. */
let first: string

beforeEach(async () => {
  const findCredential = ({ metadata }: Bed) => createFindCredential(metadata, masterKey)
  front = await makeFront({ toggles, findCredential })
  const { metadata: store, clock, random } = front
  accessKeys = new AccessKeys({ store, masterKey, clock, random })
  const account = { id: accountId, displayName: 'video', createdAt: 0 }
  await store.transact({ exclusive: [] }, (transaction) => insertAccount(transaction, account))
  const key = await accessKeys.create(accountId)
  accessKeyId = key.accessKeyId
  first = key.secretAccessKey.reveal()
})

/** The new secret. */
const regenerate = async (options?: { graceSeconds?: number }): Promise<string> =>
  (await accessKeys.regenerate(accessKeyId, options)).secretAccessKey.reveal()

const line = 'PUT /photos/k'
const body = Buffer.from('content')
const chunks = [body.subarray(0, 3), body.subarray(3)]
const trailers = { 'x-amz-checksum-crc32': '/sUwqQ==' }
const scopeOf = (secretAccessKey: string, payload?: string) => ({
  credentials: { accessKeyId, secretAccessKey },
  region: 'us-east-1',
  date: new Date(front.clock.ms),
  ...(payload !== undefined && { payload }),
})
const unsigned = (headers: Record<string, string> = {}) => ({
  ...{ method: 'PUT', path: '/photos/k', query: '' },
  headers: { host: 'localhost', ...headers },
})

type Ask = readonly [line: string, sent: Sent]

/** Signed with one secret, and its chunks and trailer with another, where that is given. */
function streamed(secret: string, payload: string, trailer: boolean, ofChunks = secret): Ask {
  const length = { 'x-amz-decoded-content-length': String(body.length) }
  const headers = trailer ? { ...length, 'x-amz-trailer': Object.keys(trailers)[0]! } : length
  const signed = signHeader4(unsigned(headers), scopeOf(secret, payload))
  const { signingKey } = signHeader4(unsigned(headers), scopeOf(ofChunks, payload))
  const framed = payload.includes('UNSIGNED')
    ? unsignedChunks(chunks, trailers)
    : signedChunks({ ...signed, signingKey }, chunks, trailer ? { trailers } : {})
  return [line, { headers: signed.headers, body: framed }]
}

/** A form whose policy lets it through. */
function posted(sign: (policy: string) => Record<string, string>, fields: Record<string, string> = {}): Ask {
  const conditions = [
    { bucket: 'photos' },
    { key: 'k' },
    ...Object.entries(fields).map(([name, value]) => ({ [name]: value })),
  ]
  const expiration = new Date(front.clock.ms + 60_000).toISOString()
  const policy = Buffer.from(JSON.stringify({ expiration, conditions })).toString('base64')
  return ['POST /photos', form({ key: 'k', ...fields, policy, ...sign(policy) }, 'content')]
}

function posted4(secret: string): Ask {
  const { date } = scopeOf(secret)
  const amzDate = date.toISOString().replaceAll(/[-:]|\.\d{3}/g, '')
  const day = amzDate.slice(0, 8)
  const fields = {
    'x-amz-algorithm': 'AWS4-HMAC-SHA256',
    'x-amz-credential': `${accessKeyId}/${day}/us-east-1/s3/aws4_request`,
    'x-amz-date': amzDate,
  }
  const key = deriveSigningKey(secret, day, 'us-east-1')
  return posted((policy) => ({ 'x-amz-signature': createHmac('sha256', key).update(policy).digest('hex') }), fields)
}

/** Every form in which a request is signed. */
const forms: Readonly<Record<string, (secret: string) => Ask>> = {
  'Version 4 by header': (secret) => [
    line,
    { headers: signHeader4(unsigned(), scopeOf(secret, 'UNSIGNED-PAYLOAD')).headers, body },
  ],
  'Version 4 by query': (secret) => {
    const { headers, query } = signQuery4(unsigned(), scopeOf(secret), '900')
    return [`${line}?${query}`, { headers, body }]
  },
  'signed chunks': (secret) => streamed(secret, 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD', false),
  'signed chunks with a trailer': (secret) => streamed(secret, 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER', true),
  'unsigned chunks with a trailer': (secret) => streamed(secret, 'STREAMING-UNSIGNED-PAYLOAD-TRAILER', true),
  'Version 2 by header': (secret) => [line, { headers: signHeader2(unsigned(), scopeOf(secret)).headers, body }],
  'Version 2 by query': (secret) => {
    const { headers, query } = signQuery2(unsigned(), scopeOf(secret), String(Math.ceil(front.clock.ms / 1000) + 900))
    return [`${line}?${query}`, { headers, body }]
  },
  'a form by Version 4': posted4,
  'a form by Version 2': (secret) =>
    posted((policy) => ({
      awsaccesskeyid: accessKeyId,
      signature: createHmac('sha1', secret).update(policy).digest('base64'),
    })),
  'the plain key': (secret) => [line, { headers: { authorization: `${accessKeyId}:${secret}` }, body, secure: true }],
}

const ask = ([target, sent]: Ask): Promise<Answer> => front.send(target, sent)
const refused = '403 SignatureDoesNotMatch'

for (const [name, sign] of Object.entries(forms)) {
  const outcomeOf = async (secret: string): Promise<string> => {
    const { outcome } = await ask(sign(secret))
    return outcome.startsWith('20') ? 'accepted' : outcome
  }

  test(`${name}: within the grace the secret before verifies too; when it has ended, no more`, async () => {
    assert.equal(await outcomeOf(first), 'accepted')
    const second = await regenerate({ graceSeconds })
    assert.deepEqual([await outcomeOf(first), await outcomeOf(second)], ['accepted', 'accepted'])
    front.clock.ms += graceSeconds * 1000 - 1
    assert.deepEqual([await outcomeOf(first), await outcomeOf(second)], ['accepted', 'accepted'])
    front.clock.ms += 1
    assert.deepEqual([await outcomeOf(first), await outcomeOf(second)], [refused, 'accepted'])
  })

  test(`${name}: without a grace the secret before stops at once, and a secret that never was is refused`, async () => {
    const second = await regenerate()
    assert.deepEqual([await outcomeOf(first), await outcomeOf(second)], [refused, 'accepted'])
    await regenerate({ graceSeconds })
    assert.equal(await outcomeOf('no-secret-of-anybody'), refused)
  })

  test(`${name}: a key that is regenerated within the grace drops the oldest secret`, async () => {
    const second = await regenerate({ graceSeconds })
    const third = await regenerate({ graceSeconds })
    const outcomes = [await outcomeOf(first), await outcomeOf(second), await outcomeOf(third)]
    assert.deepEqual(outcomes, [refused, 'accepted', 'accepted'])
    const fourth = await regenerate()
    assert.deepEqual(
      [await outcomeOf(second), await outcomeOf(third), await outcomeOf(fourth)],
      [refused, refused, 'accepted'],
    )
  })

  test(`${name}: a key made inactive, or deleted, verifies by neither secret; made active again, by the new one alone`, async () => {
    const second = await regenerate({ graceSeconds })
    await accessKeys.setActive(accessKeyId, false)
    const gone = '403 InvalidAccessKeyId'
    assert.deepEqual([await outcomeOf(first), await outcomeOf(second)], [gone, gone])
    await accessKeys.setActive(accessKeyId, true)
    assert.deepEqual([await outcomeOf(first), await outcomeOf(second)], [refused, 'accepted'])
    await regenerate({ graceSeconds })
    await accessKeys.delete(accessKeyId)
    assert.deepEqual([await outcomeOf(first), await outcomeOf(second)], [gone, gone])
  })
}

test('the chunks and the trailer of a request are signed with the secret that it is signed with, not with the other that counts', async () => {
  const second = await regenerate({ graceSeconds })
  for (const trailer of [false, true]) {
    const payload = `STREAMING-AWS4-HMAC-SHA256-PAYLOAD${trailer ? '-TRAILER' : ''}`
    for (const [secret, ofChunks] of [
      [first, second],
      [second, first],
    ] as const) {
      assert.equal((await ask(streamed(secret, payload, trailer, ofChunks))).outcome, refused)
      assert.equal((await ask(streamed(secret, payload, trailer))).outcome, '200')
    }
  }
})

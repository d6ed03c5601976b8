import assert from 'node:assert/strict'
import { afterEach, beforeEach, test } from 'node:test'
import { listenForControl } from '../admin/control-server.ts'
import { ApiError } from '../base/errors.ts'
import { makeCli, piped } from './test-bed.ts'
import { join } from 'node:path'

const usage = {
  ...{ objects: 1200, bytes: 1024 ** 3, versions: 2, version_bytes: 2048 },
  ...{ deleted: 0, deleted_bytes: 0, unfinished_bytes: 512 },
}
const bucket = {
  ...{ name: 'films', region: 'us-east-1', created: '2026-11-20 16:00:00', stream_id: 's' },
  ...{ delivery_enabled: true, policy: 'authenticated', delivery_url: 'https://films.example.com' },
  ...{ s3_url: 'https://s3.example.com/films', versioning: 'Enabled', object_lock: false },
  quota: { bytes_max: 1024 ** 4, objects_max: null },
  usage,
}

let cli: ReturnType<typeof makeCli>
beforeEach(async () => {
  cli = makeCli()
  await cli.accounts.create('video')
})
afterEach(() => cli.remove())

test('list shows what each bucket holds and who may read it', async () => {
  await cli.entrepot('buckets', 'create', 'films', '--account', 'video')
  const { out } = await cli.entrepot('buckets', 'list')
  assert.match(
    out,
    /^BUCKET +ACCOUNT +REGION +OBJECTS +SIZE +DELIVERY +CREATED\nfilms +video +us-east-1 +0 +0 B +authenticated +2/,
  )
  const { buckets } = JSON.parse((await cli.entrepot('buckets', 'list', '--json')).out) as { buckets: object[] }
  const [{ accountId: _, createdAt: __, ...listed } = {} as Record<string, unknown>] = buckets as Record<
    string,
    unknown
  >[]
  assert.deepEqual(listed, {
    ...{ name: 'films', region: 'us-east-1', accountName: 'video', objects: 0, bytes: 0 },
    delivery: { enabled: true, policy: 'authenticated' },
  })
})

test('create with a region, a policy or a lock is the management API’s affair, and answers the same', async () => {
  await cli.entrepot('buckets', 'create', 'films', '--account', 'video')
  const entrepot = cli.with(() => ({ bucket }))
  const args = ['--account', 'video', '--region', 'us-west', '--policy', 'public', '--object-lock', '--json']
  const made = JSON.parse((await entrepot('buckets', 'create', 'films', ...args)).out) as object
  assert.deepEqual(Object.keys(made), ['name', 'region', 'accountId', 'accountName', 'createdAt'])
  assert.deepEqual(cli.orders[0]?.body, { name: 'films', region: 'us-west', policy: 'public', object_lock: true })
  assert.equal(cli.orders[0]?.account, (await cli.accounts.find('video')).id)
})

test('show says where the bucket is reached, what it holds and what it may hold', async () => {
  const { out } = await cli.with(() => ({ bucket }))('buckets', 'show', 'films', '--account', 'video')
  assert.match(out, /Delivery +authenticated, https:\/\/films\.example\.com\n/)
  assert.match(out, /Objects +1,200, 1 GiB\n +Versions +2, 2 KiB\n/)
  assert.match(out, /Quota +1 TiB\n$/)
  const json = await cli.with(() => ({ bucket }))('buckets', 'show', 'films', '--json')
  assert.deepEqual(JSON.parse(json.out), bucket)
  assert.deepEqual(cli.orders[0], { operation: 'GetBucket', account: 'video', params: { bucket: 'films' } })
})

const orders: [args: string[], order: object, said: RegExp][] = [
  [
    ['policy', 'films', 'public'],
    { operation: 'PutBucketPolicy', params: { bucket: 'films', policy: 'public' } },
    /^films is public\. Everybody/,
  ],
  [
    ['delivery', 'films', 'off'],
    { operation: 'UpdateBucket', params: { bucket: 'films' }, body: { delivery_enabled: false } },
    /^Delivery of films is off/,
  ],
  [
    ['quota', 'films', '--bytes', '10GiB', '--objects', 'none'],
    {
      ...{ operation: 'UpdateBucket', params: { bucket: 'films' } },
      body: { quota: { bytes_max: 10 * 1024 ** 3, objects_max: null } },
    },
    /^The quota of films: 1 TiB\.\n$/,
  ],
  [['quota', 'films'], { operation: 'GetBucket', params: { bucket: 'films' } }, /^The quota of films: 1 TiB\.\n$/],
  [
    ['set', 'films', 'versioning', 'versioning.json'],
    { operation: 'PutBucketSetting', params: { bucket: 'films', setting: 'versioning' }, body: { Status: 'Enabled' } },
    /^films has its versioning/,
  ],
  [
    ['set', 'films', 'lifecycle', '-'],
    { operation: 'PutBucketSetting', params: { bucket: 'films', setting: 'lifecycle' }, body: { Rules: [] } },
    /^films has its lifecycle/,
  ],
  [
    ['set', 'films', 'cors', '--preset', 'video-player', '--origin', 'https://a.com', '--origin', 'https://b.com'],
    {
      ...{ operation: 'PutBucketSetting', params: { bucket: 'films', setting: 'cors' } },
      body: { preset: 'video-player', origins: ['https://a.com', 'https://b.com'] },
    },
    /^films has its cors/,
  ],
  [
    ['get', 'films', 'cors'],
    { operation: 'GetBucketSetting', params: { bucket: 'films', setting: 'cors' } },
    /^\{\n {2}"bucket"/,
  ],
  [
    ['unset', 'films', 'cors'],
    { operation: 'DeleteBucketSetting', params: { bucket: 'films', setting: 'cors' } },
    /^films has no cors of its own any more/,
  ],
  [
    ['empty-and-delete', 'films', '--confirm', 'films'],
    { operation: 'EmptyBucket', params: { bucket: 'films' }, body: { confirm: 'films' } },
    /^films is found by nobody any more; its contents are being deleted/,
  ],
  [
    ['empty-and-delete', 'films', '--confirm', 'films', '--wait'],
    { operation: 'EmptyBucket', params: { bucket: 'films' }, body: { confirm: 'films' } },
    /its contents are deleted once a server runs/,
  ],
]

for (const [args, order, said] of orders) {
  test(`buckets ${args.join(' ')}`, async () => {
    cli.write('versioning.json', '{"Status": "Enabled"}')
    const answers = () => ({ bucket, job: { bucket: 'films', state: 'emptying', left: usage } })
    const { code, out, error } = await cli.with(answers, () => piped('{"Rules":[]}'))('buckets', ...args)
    assert.deepEqual([code, error], [0, ''])
    assert.match(out, said)
    assert.deepEqual(cli.orders, [{ account: undefined, ...order }])
  })
}

const misuses: [args: string[], message: RegExp][] = [
  [['policy', 'films', 'private'], /Allowed choices are public, authenticated/],
  [['delivery', 'films', 'maybe'], /Allowed choices are on, off/],
  [['quota', 'films', '--bytes', '10GB'], /Write a number of bytes/],
  [['set', 'films', 'colour', 'x.json'], /Allowed choices are versioning/],
  [['set', 'films', 'cors'], /Give a file, or for cors a --preset/],
  [['set', 'films', 'cors', 'absent.json'], /There is no file absent\.json/],
  [['set', 'films', 'cors', 'broken.json'], /broken\.json is not JSON/],
  [['set', 'films', 'cors', 'list.json'], /list\.json must hold an object/],
  [['set', 'films', 'cors', '--preset', 'video-player'], /--preset and --origin go together/],
  [['set', 'films', 'tags', '--preset', 'video-player', '--origin', '*'], /presets for cors alone/],
  [['empty-and-delete', 'films'], /required option '--confirm <name>' not specified/],
  [['empty-and-delete', 'films', '--confirm', 'film'], /Nothing was deleted/],
]

for (const [args, message] of misuses) {
  test(`wrong usage: buckets ${args.join(' ')}`, async () => {
    cli.write('broken.json', '{')
    cli.write('list.json', '[]')
    const { code, error } = await cli.entrepot('buckets', ...args)
    assert.equal(code, 2)
    assert.match(error, message)
  })
}

/** Runs empty-and-delete against a server that answers so to one question after the other. */
async function emptying(...answers: (() => object)[]) {
  const control = await listenForControl({
    dataFolder: join(cli.folder, 'data'),
    version: '1',
    run: async () => answers.shift()!(),
    onFault: (error) => assert.fail(String(error)),
  })
  try {
    return await cli.entrepot('buckets', 'empty-and-delete', 'films', '--confirm', 'films', '--wait')
  } finally {
    await control.close()
  }
}

const job = (state: string, objects: number) => () => ({
  job: { bucket: 'films', state, left: { ...usage, objects } },
})

test('empty-and-delete --wait shows on standard error how far it has come', async () => {
  const { code, out, error } = await emptying(
    ...[job('emptying', 1200), job('emptying', 1200), job('emptying', 1200), job('emptying', 10)],
    () => {
      throw new ApiError('NoSuchBucket')
    },
  )
  assert.deepEqual([code, out], [0, 'The bucket films is deleted with all that was in it.\n'])
  assert.equal(error, 'left: 1,202 objects and versions, 1 GiB\nleft: 12 objects and versions, 1 GiB\n')
})

test('empty-and-delete --wait says where the bucket stays for a lock', async () => {
  const { code, error } = await emptying(job('emptying', 1), job('none', 1))
  assert.equal(code, 1)
  assert.match(error, /holds an object that is locked; it stays as it was/)
})

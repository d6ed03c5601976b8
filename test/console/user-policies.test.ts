/** Policies of users in a browser: what the templates give is what holds in S3, and what is no policy is told. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import {
  DeleteObjectCommand,
  GetObjectCommand,
  ListBucketsCommand,
  ListObjectsV2Command,
  PutBucketPolicyCommand,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3'
import { noBrowser } from '../harness/browser.ts'
import { clientFor } from '../harness/client.ts'
import { openConsole, type ConsoleWorld } from '../harness/console.ts'
import { downloadBy, textOf } from '../harness/shown-once.ts'

const skip = noBrowser
const [films, press] = ['films-of-the-north', 'press-photos'] as const
let world: ConsoleWorld

before(async () => {
  if (skip !== false) return
  world = await openConsole()
  for (const name of [films, press]) {
    await world.management.done('POST /v1/buckets', { name })
    for (const Key of ['open/a.txt', 'closed/b.txt'])
      await world.s3.send(new PutObjectCommand({ Bucket: name, Key, Body: Key }))
  }
})
after(async () => world?.stop())

/** What each of these requests comes to, for a key of the user: its code, or ok. */
async function reach(s3: S3Client): Promise<Record<string, string>> {
  const told = async (work: Promise<unknown>): Promise<string> =>
    work.then(
      () => 'ok',
      (error: unknown) => (error instanceof Error ? error.name : 'thrown'),
    )
  const on = { Bucket: films }
  return {
    buckets: await told(s3.send(new ListBucketsCommand({}))),
    readOpen: await told(s3.send(new GetObjectCommand({ ...on, Key: 'open/a.txt' }))),
    writeOpen: await told(s3.send(new PutObjectCommand({ ...on, Key: 'open/new.txt', Body: 'new' }))),
    deleteOpen: await told(s3.send(new DeleteObjectCommand({ ...on, Key: 'open/new.txt' }))),
    readClosed: await told(s3.send(new GetObjectCommand({ ...on, Key: 'closed/b.txt' }))),
    listOpen: await told(s3.send(new ListObjectsV2Command({ ...on, Prefix: 'open/' }))),
    listAll: await told(s3.send(new ListObjectsV2Command(on))),
    setPolicy: await told(
      s3.send(
        new PutBucketPolicyCommand({
          ...on,
          Policy: JSON.stringify({
            Version: '2012-10-17',
            Statement: [
              { Effect: 'Deny', Principal: '*', Action: 's3:GetBucketWebsite', Resource: `arn:aws:s3:::${films}` },
            ],
          }),
        }),
      ),
    ),
    readElsewhere: await told(s3.send(new GetObjectCommand({ Bucket: press, Key: 'open/a.txt' }))),
  }
}

const refused = 'AccessDenied'
const expected: Readonly<Record<string, readonly [template: string, reach: Record<string, string>]>> = {
  'read-only': [
    'Read only',
    {
      ...{ buckets: 'ok', readOpen: 'ok', writeOpen: refused, deleteOpen: refused, readClosed: 'ok', listOpen: 'ok' },
      ...{ listAll: 'ok', setPolicy: refused, readElsewhere: 'ok' },
    },
  ],
  'one-bucket': [
    'One bucket only',
    {
      ...{ buckets: 'ok', readOpen: 'ok', writeOpen: 'ok', deleteOpen: 'ok', readClosed: 'ok', listOpen: 'ok' },
      ...{ listAll: 'ok', setPolicy: 'ok', readElsewhere: refused },
    },
  ],
  'one-folder': [
    'One folder of a bucket only',
    {
      ...{ buckets: 'ok', readOpen: 'ok', writeOpen: 'ok', deleteOpen: 'ok', readClosed: refused, listOpen: 'ok' },
      ...{ listAll: refused, setPolicy: refused, readElsewhere: refused },
    },
  ],
}

for (const role of ['s3.user', 's3.bucket.user']) {
  test(`the templates of policies give the role ${role} what they say, and no more`, { skip }, async () => {
    const user = `scoped.${role}`
    await world.management.done('POST /v1/users', { name: user, role })
    const opened = await world.open(`/users/${user}`)
    const { page } = opened
    await page.getByRole('button', { name: 'Generate key' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Generate key' }).click()
    const credentials = {
      accessKeyId: await textOf(page, 'Access key ID'),
      secretAccessKey: await textOf(page, 'Secret access key'),
    }
    await downloadBy(page, 'Download .csv')
    await page.getByRole('button', { name: 'Done' }).click()
    const s3 = clientFor(world.server, { credentials, maxAttempts: 1 })
    for (const [name, [template, wanted]] of Object.entries(expected)) {
      await page.getByRole('button', { name: 'Add policy' }).click()
      await page.getByLabel('Start from').selectOption({ label: template })
      if (template !== 'Read only') await page.getByLabel('Bucket', { exact: true }).selectOption(films)
      if (template.includes('folder')) await page.getByLabel('Folder').fill('open/')
      await page.getByRole('button', { name: 'Put it in' }).click()
      await page.getByRole('button', { name: 'Save policy' }).click()
      await page.getByRole('button', { name: `Edit ${name}` }).waitFor()
      assert.deepEqual(await reach(s3), wanted, `${role}: ${name}`)
      await page.getByRole('button', { name: `Remove ${name}` }).click()
      await page.getByRole('dialog').getByRole('button', { name: 'Remove policy' }).click()
      await page.getByRole('button', { name: `Edit ${name}` }).waitFor({ state: 'detached' })
    }
    s3.destroy()
    opened.assertClean()
    await opened.close()
  })
}

test(
  'a policy that is no JSON is told by its place and cannot be saved; one that means nothing is refused in words',
  { skip },
  async () => {
    await world.management.done('POST /v1/users', { name: 'policed', role: 's3.user' })
    const { page, close } = await world.open('/users/policed')
    await page.getByRole('button', { name: 'Add policy' }).click()
    await page.getByLabel('Name', { exact: true }).fill('odd')
    const editor = page.getByRole('textbox', { name: 'Policy', exact: true })
    const save = page.getByRole('button', { name: 'Save policy' })
    await editor.fill('{\n  "Version": 2012-10\n}')
    await page.getByText(/^Line 2, column/).waitFor()
    assert.equal(await save.isDisabled(), true)
    await editor.fill(
      '{ "Version": "2012-10-17", "Statement": [{ "Effect": "Maybe", "Action": "s3:*", "Resource": "*" }] }',
    )
    await save.click()
    await page.getByRole('dialog').getByRole('alert').filter({ hasText: 'MalformedPolicy' }).waitFor()
    await close()
  },
)

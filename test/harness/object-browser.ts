/** What tests of the object browser have in common: buckets with objects, and rows with their menus. */
import {
  CreateBucketCommand,
  ListObjectsV2Command,
  PutBucketVersioningCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3'
import assert from 'node:assert/strict'
import type { Locator, Page } from 'playwright-core'
import type { ConsolePage, ConsoleWorld } from './console.ts'

type S3 = ConsoleWorld['s3']

/** A bucket of its own with objects whose bodies are their keys. */
export async function bucketWith(s3: S3, bucket: string, keys: readonly string[], versioned = false): Promise<void> {
  await s3.send(new CreateBucketCommand({ Bucket: bucket }))
  const VersioningConfiguration = { Status: 'Enabled' } as const
  if (versioned) await s3.send(new PutBucketVersioningCommand({ Bucket: bucket, VersioningConfiguration }))
  for (const Key of keys) await s3.send(new PutObjectCommand({ Bucket: bucket, Key, Body: Key }))
}

export async function keysOf(s3: S3, bucket: string): Promise<readonly string[]> {
  const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: bucket }))
  return Contents.map(({ Key }) => Key ?? '')
}

/** Waits until a bucket has these keys and no others. */
export async function untilKeys(s3: S3, bucket: string, expected: readonly string[]): Promise<void> {
  const wanted = JSON.stringify(expected.toSorted())
  for (let tries = 0; tries < 200; tries++) {
    if (JSON.stringify((await keysOf(s3, bucket)).toSorted()) === wanted) return
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  assert.deepEqual((await keysOf(s3, bucket)).toSorted(), expected.toSorted())
}

const row = (page: Page, name: string): Locator =>
  page.getByRole('row').filter({ has: page.getByText(name, { exact: true }) })

/** Chooses from the menu of a row. */
export async function choose(page: Page, name: string, item: string): Promise<void> {
  await row(page, name).first().getByRole('button').click()
  await page.getByRole('menuitem', { name: item }).click()
}

/** Goes to the details of an object; gives its preview. */
export async function showObject({ page, go }: ConsolePage, bucket: string, key: string): Promise<Locator> {
  await go(`/buckets/${bucket}?key=${encodeURIComponent(JSON.stringify(key))}`)
  const preview = page.getByRole('region', { name: 'Preview' })
  await preview.waitFor()
  return preview
}

/** What tests of uploads by the console need: files of a pattern, what became of them, and a gate that holds parts back until it is opened. */
import { GetObjectCommand, ListObjectsV2Command, type S3Client } from '@aws-sdk/client-s3'
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { open } from 'node:fs/promises'
import type { Readable } from 'node:stream'
import type { Page, Route } from 'playwright-core'

const MiB = 1024 * 1024

/** Writes a file of so many MiB, each other than the others. */
export async function writePattern(path: string, mebibytes: number, seed = 0): Promise<void> {
  const file = await open(path, 'w')
  try {
    const block = Buffer.alloc(MiB, `entrepot ${seed} `)
    for (let index = 0; index < mebibytes; index++) {
      block.writeUInt32LE(index, 0)
      await file.write(block)
    }
  } finally {
    await file.close()
  }
}

export const sha256OfFile = (path: string): Promise<string> => sha256(createReadStream(path))

export async function sha256OfObject(s3: S3Client, bucket: string, key: string): Promise<string> {
  const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }))
  return sha256(Body as Readable)
}

async function sha256(stream: Readable): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of stream) hash.update(chunk as Buffer)
  return hash.digest('hex')
}

export async function keysOf(s3: S3Client, bucket: string): Promise<string[]> {
  const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: bucket }))
  return Contents.map(({ Key = '' }) => Key)
}

export interface PartsGate {
  /** Numbers of the parts that were sent on, in their order. */
  readonly sent: readonly number[]
  /** Lets everything through from now on. */
  open(): Promise<void>
}

/** Holds back the parts from this number on. */
export async function holdParts(page: Page, from: number): Promise<PartsGate> {
  const sent: number[] = []
  const held: Route[] = []
  let isOpen = false
  const go = async (route: Route): Promise<void> => {
    sent.push(numberOf(route))
    // The page may have gone, or given it up, meanwhile.
    await route.continue().catch(() => undefined)
  }
  await page.route(/\/uploads\/[^/]+\/parts\/\d+\?/, async (route) => {
    if (route.request().method() !== 'PUT') await route.continue()
    else if (isOpen || numberOf(route) < from) await go(route)
    else held.push(route)
  })
  return {
    sent,
    async open() {
      isOpen = true
      for (const route of held.splice(0)) await go(route)
    },
  }
}

const numberOf = (route: Route): number => Number(/\/parts\/(\d+)\?/.exec(route.request().url())?.[1])

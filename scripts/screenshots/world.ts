/** What the pictures show: a small studio with films, podcasts and raw material, made through S3 and the management API. */
import { CreateMultipartUploadCommand, DeleteObjectCommand, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3'
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { extname, join } from 'node:path'
import type { ManagementClient } from '../../test/harness/management.ts'

const types: Readonly<Record<string, string>> = {
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.m3u8': 'application/vnd.apple.mpegurl',
  '.ts': 'video/mp2t',
  '.mp4': 'video/mp4',
  '.mp3': 'audio/mpeg',
  '.vtt': 'text/vtt',
  '.md': 'text/markdown',
}

const postersForTheOffice = {
  Version: '2012-10-17',
  Statement: [
    {
      Sid: 'PostersForTheOffice',
      Effect: 'Allow',
      Principal: '*',
      Action: 's3:GetObject',
      Resource: 'arn:aws:s3:::feature-films/*/poster.png',
      Condition: { IpAddress: { 'aws:SourceIp': '203.0.113.0/24' } },
    },
  ],
}

/** Buckets with objects. */
export async function makeBuckets(management: ManagementClient, s3: S3Client, west: S3Client): Promise<void> {
  await management.done('POST /v1/buckets', { name: 'feature-films', region: 'eu-central', policy: 'authenticated' })
  await management.done('PUT /v1/buckets/feature-films/settings/policy', postersForTheOffice)
  await management.done('POST /v1/buckets', { name: 'podcasts', region: 'eu-central', policy: 'public' })
  await management.done('POST /v1/buckets', { name: 'site-assets', region: 'us-west', policy: 'public' })
  await management.done('POST /v1/buckets', { name: 'raw-footage', region: 'eu-central', object_lock: true })
  await management.done('PATCH /v1/buckets/raw-footage', { delivery_enabled: false })
  const folder = mkdtempSync(join(tmpdir(), 'entrepot-pictures-'))
  try {
    makeMedia(folder)
    for (const title of ['harbour-lights', 'the-long-quay', 'night-freight']) {
      await uploadFolder(s3, 'feature-films', join(folder, 'title'), `${title}/`)
    }
    for (let episode = 1; episode <= 24; episode++) {
      const Key = `dockside/episode-${String(episode).padStart(2, '0')}.mp3`
      await put(s3, 'podcasts', Key, readFileSync(join(folder, 'tone.mp3')))
    }
    await put(west, 'site-assets', 'posters/harbour-lights.png', readFileSync(join(folder, 'title/poster.png')))
    for (const name of ['logo.png', 'hero.png', 'team.png'])
      await put(west, 'site-assets', `img/${name}`, readFileSync(join(folder, 'title/poster.png')))
    for (let take = 1; take <= 9; take++)
      await put(s3, 'raw-footage', `2026-11-18/A001_C00${take}.mp4`, readFileSync(join(folder, 'title/trailer.mp4')))
  } finally {
    rmSync(folder, { recursive: true })
  }
  const readme = (text: string) => put(s3, 'raw-footage', 'README.md', Buffer.from(text))
  await readme('# Raw footage\n')
  await readme('# Raw footage\n\nOne folder a day of shooting.\n')
  await s3.send(new DeleteObjectCommand({ Bucket: 'raw-footage', Key: '2026-11-18/A001_C004.mp4' }))
  await s3.send(new CreateMultipartUploadCommand({ Bucket: 'feature-films', Key: 'the-long-quay/master-8k.mov' }))
}

/** A trailer, a poster and a playlist with its segments. */
function makeMedia(folder: string): void {
  const title = join(folder, 'title')
  mkdirSync(join(title, 'hls'), { recursive: true })
  const ffmpeg = (...args: string[]): void => void execFileSync('ffmpeg', ['-loglevel', 'error', '-y', ...args])
  const picture = ['-f', 'lavfi', '-i', 'mandelbrot=size=1280x720:rate=24:start_scale=0.12:end_scale=0.02']
  ffmpeg(...picture, '-frames:v', '1', join(title, 'poster.png'))
  const tone = ['-f', 'lavfi', '-i', 'sine=frequency=220:duration=8']
  ffmpeg(...tone, join(folder, 'tone.mp3'))
  ffmpeg(...picture, ...tone, '-t', '8', '-pix_fmt', 'yuv420p', '-preset', 'veryfast', join(title, 'trailer.mp4'))
  const hls = ['-c', 'copy', '-hls_time', '2', '-hls_playlist_type', 'vod', join(title, 'hls/index.m3u8')]
  ffmpeg('-i', join(title, 'trailer.mp4'), ...hls)
}

async function uploadFolder(s3: S3Client, bucket: string, folder: string, prefix: string): Promise<void> {
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue
    const path = join(entry.parentPath, entry.name)
    await put(s3, bucket, prefix + path.slice(folder.length + 1), readFileSync(path))
  }
}

const put = (s3: S3Client, Bucket: string, Key: string, Body: Uint8Array) =>
  s3.send(new PutObjectCommand({ Bucket, Key, Body, ContentType: types[extname(Key)] ?? 'application/octet-stream' }))

/** Keys, domains, users: what the other pages show. */
export async function makeAccount(management: ManagementClient): Promise<void> {
  for (const [name, role] of [
    ['anna', 'member'],
    ['encoder', 's3.user'],
    ['press-office', 's3.bucket.user'],
    ['jonas', 'iam.admin'],
  ])
    await management.done('POST /v1/users', { name, role })
  await management.done('PUT /v1/users/press-office/policies/press-kit', {
    Version: '2012-10-17',
    Statement: [{ Sid: 'PressKit', Effect: 'Allow', Action: 's3:GetObject', Resource: 'arn:aws:s3:::site-assets/*' }],
  })
  await management.done('POST /v1/access-keys', { name: 'encoder, Amsterdam', user: 'encoder' })
  await management.done('POST /v1/access-keys', { name: 'nightly backup' })
  await management.done('POST /v1/signing-keys', { bucket: 'feature-films', name: 'player backend' })
  await management.done('POST /v1/signing-keys', { bucket: 'feature-films', name: 'press screeners' })
  await management.done('POST /v1/domains', { name: 'films.example.com', bucket: 'feature-films' })
  await management.done('POST /v1/domains', { name: 'media.example.com' })
  await management.done('POST /v1/api-keys', { name: 'deploy pipeline', role: 'member' })
  await management.done('PATCH /v1/buckets/feature-films', { quota: { bytes_max: 2 ** 30 } })
  await management.done('PUT /v1/buckets/feature-films/settings/cors', {
    CORSRules: [
      {
        AllowedOrigins: ['https://www.example.com'],
        AllowedMethods: ['GET', 'HEAD'],
        AllowedHeaders: ['range'],
        ExposeHeaders: ['content-range'],
        MaxAgeSeconds: 3600,
      },
    ],
  })
  await management.done('PUT /v1/buckets/podcasts/settings/soft-delete', { Days: 30 }).catch(() => undefined)
}

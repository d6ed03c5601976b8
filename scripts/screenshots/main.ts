/**
 * `npm run screenshots`: takes a picture of every page of the console, light and dark, on a desktop and on a telephone, of a server with a month of
 * use, into docs/screenshots. Names of scenes as arguments take only those.
 */
import { GetObjectCommand, S3ServiceException } from '@aws-sdk/client-s3'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { clientFor } from '../../test/harness/client.ts'
import { openConsole, type ConsoleWorld } from '../../test/harness/console.ts'
import { managementClient, type ManagementClient } from '../../test/harness/management.ts'
import { startServer } from '../../test/harness/server.ts'
import { installed, root, runStep } from '../run-step.ts'
import { writeHistory, type BucketOfHistory } from './history.ts'
import { scenes, type Scene } from './scenes.ts'
import { makeAccount, makeBuckets } from './world.ts'

const devices = { desktop: { width: 1280, height: 860 }, phone: { width: 390, height: 844 } } as const
const themes = ['light', 'dark'] as const
const folder = join(root, 'docs/screenshots')

const env = {
  ENTREPOT_REGION: 'eu-central',
  ENTREPOT_REGIONS: JSON.stringify([{ name: 'us-west', displayName: 'USA: Sacramento CA, Phoenix AZ' }]),
  ENTREPOT_ACCESS_KEY: 'AKIAEXAMPLESTUDIO001',
  ENTREPOT_S3_URL: 'https://{region}.s3.media.example.com',
  ENTREPOT_DELIVERY_URL: 'https://{bucket}.media-storage.{region}.media.example.com',
}

const wanted = process.argv.slice(2)
const chosen = scenes.filter(({ name }) => wanted.length === 0 || wanted.includes(name))
if (chosen.length === 0) {
  console.error(`There is no such scene; there are ${scenes.map(({ name }) => name).join(', ')}.`)
  process.exit(2)
}

const built = await runStep({ name: 'vite', program: installed('vite'), args: ['build', 'console'] })
if (!built.ok) {
  console.error(built.output)
  process.exit(1)
}
mkdirSync(folder, { recursive: true })
const keepData = mkdtempSync(join(tmpdir(), 'entrepot-screenshots-'))
try {
  await makeWorld(keepData)
  const world = await openConsole({ keepData, env })
  try {
    await makeAccount(world.management)
    await nameKeys(world.management)
    const refusal = await refuse(world)
    for (const theme of themes)
      for (const device of Object.keys(devices) as (keyof typeof devices)[])
        await takeAll(world, refusal, theme, device)
  } finally {
    await world.stop()
  }
} finally {
  rmSync(keepData, { recursive: true, force: true })
}

/** With the server stopped in between, while its past is written. */
async function makeWorld(dataFolder: string): Promise<void> {
  const server = await startServer({ keepData: dataFolder, env: { ...env, ENTREPOT_TOGGLES: 'http=allow' } })
  const s3 = clientFor(server)
  const management = await managementClient(server)
  const west = clientFor(server, { region: 'us-west' })
  await makeBuckets(management, s3, west)
  const { buckets } = await management.done<{ buckets: ShownBucket[] }>('GET /v1/buckets')
  const { account } = await management.done<{ account: { id: string } }>('GET /v1/me')
  s3.destroy()
  west.destroy()
  await server.stop()
  const busiest: Readonly<Record<string, readonly string[]>> = {
    'feature-films': ['harbour-lights/hls/index.m3u8', 'night-freight/hls/index.m3u8', 'the-long-quay/trailer.mp4'],
    podcasts: ['dockside/episode-24.mp3', 'dockside/episode-23.mp3'],
  }
  const past = buckets.map(({ stream_id, name, region, usage }): BucketOfHistory => {
    const hex = stream_id.replaceAll('-', '')
    const id = hex.slice(0, 12) + hex.slice(-4)
    return { id, name, region, accountId: account.id, ...usage, busiest: busiest[name] ?? [] }
  })
  await writeHistory(dataFolder, env.ENTREPOT_ACCESS_KEY, past)
}

interface ShownBucket {
  readonly name: string
  readonly region: string
  readonly stream_id: string
  readonly usage: { readonly objects: number; readonly bytes: number }
}

/** A request signed with a secret that was replaced. Gives its id, once it is kept. */
async function refuse({ server, management }: ConsoleWorld): Promise<string> {
  const credentials = { accessKeyId: server.accessKeyId, secretAccessKey: 'a secret that was replaced long ago' }
  const s3 = clientFor(server, { credentials })
  const command = new GetObjectCommand({ Bucket: 'feature-films', Key: 'harbour-lights/trailer.mp4' })
  const error: unknown = await s3.send(command).catch((thrown: unknown) => thrown)
  const id = error instanceof S3ServiceException ? (error.$metadata.requestId ?? '') : ''
  s3.destroy()
  while ((await management.send(`GET /v1/refusals/${id}`)).status !== 200) await sleep(200)
  return id
}

/** Those by which the world was made. */
async function nameKeys(management: ManagementClient): Promise<void> {
  const { api_keys } = await management.done<{ api_keys: { id: string; name: string }[] }>('GET /v1/api-keys')
  const names = ['encoder service', 'nightly report']
  for (const { id } of api_keys.filter(({ name }) => name === 'test'))
    await management.done(`PUT /v1/api-keys/${id}`, { name: names.pop() ?? 'website' })
}

async function takeAll(
  world: ConsoleWorld,
  refusal: string,
  theme: (typeof themes)[number],
  device: keyof typeof devices,
): Promise<void> {
  const viewport = devices[device]
  const outside = await world.open('/sign-in', { theme, viewport, signIn: false })
  const inside = await world.open('/', { theme, viewport })
  for (const scene of chosen) {
    const { page, go } = scene.outside === true ? outside : inside
    await go(scene.route.replace('{refusal}', refusal))
    await take(page, scene, `${scene.name}-${theme}-${device}`)
  }
  await outside.close()
  await inside.close()
}

async function take(page: Parameters<NonNullable<Scene['prepare']>>[0], scene: Scene, name: string): Promise<void> {
  await page.waitForLoadState('networkidle')
  await scene.prepare?.(page)
  // Charts and pictures are drawn.
  await page.waitForTimeout(400)
  await page.screenshot({ path: join(folder, `${name}.png`) })
  console.log(name)
}

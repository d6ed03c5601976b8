/**
 * Real players play whole titles from an authenticated bucket by one link each: in a browser, from a page of another origin, and with ffmpeg and
 * curl. Nothing tells them of tokens but the link.
 */
import assert from 'node:assert/strict'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { noBrowser } from '../../harness/browser.ts'
import { run, tryRun } from '../../harness/tools.ts'
import { temporaryFolder } from '../../harness/tree.ts'
import { openTitleBucket, type By, type Site, type TitleBucket } from './bucket.ts'
import { openCinema, type Cinema, type Outcome } from './page.ts'
import { follow } from './follow.ts'
import { players } from './players.ts'
import { cannotMakeTitles, frameCount, makeTitles, titles } from './title.ts'

const ownServer = process.env['ENTREPOT_TEST_ENDPOINT'] ? 'needs a server of its own' : false
const skip = ownServer || noBrowser || cannotMakeTitles()
const pictures = join(process.env['CI_ARTEFACTS'] ?? join(import.meta.dirname, '../../../test-results'), 'playback')

let folder: string
let bucket: TitleBucket
let cinema: Cinema

before(async () => {
  if (skip !== false) return
  folder = temporaryFolder('playback')
  await makeTitles(folder)
  bucket = await openTitleBucket(folder)
  cinema = await openCinema([bucket.domain])
  await bucket.allow(cinema.origin)
  mkdirSync(pictures, { recursive: true })
})
after(async () => {
  await cinema?.close()
  await bucket?.stop()
  if (folder !== undefined) rmSync(folder, { recursive: true, force: true })
})

const ways: readonly (readonly [Site, By])[] = [
  ['tls', 'query'],
  ['bucket', 'query'],
  ['bucket', 'path'],
  ['domain', 'query'],
  ['domain', 'path'],
]

for (const player of players)
  for (const title of titles.filter(({ kind }) => player.kinds.includes(kind)))
    test(
      `${player.name} plays ${title.what} by one link: on the bucket's host, over TLS too, and on a custom domain, the token in the query or the path`,
      { skip },
      async () => {
        const outcomes = await Promise.all(ways.map(([site, by]) => cinema.play(player, bucket.link(title, site, by))))
        for (const [index, outcome] of outcomes.entries()) assertPlayed(outcome, ways[index]!.join(', by '))
        writeFileSync(join(pictures, `${player.name}-${title.name}.png`), outcomes[0]!.png)
      },
    )

function assertPlayed(
  { error, seconds, width, height, colours, png, audioBytes, answers }: Outcome,
  way: string,
): void {
  assert.equal(error, '', `${way}: ${error}\n${answers.join('\n')}`)
  assert.ok(seconds > 1.5, `${way}: ${seconds} s`)
  assert.deepEqual([width / height, width === 320 || width === 160], [16 / 9, true])
  assert.ok(colours > 8, `${way}: a frame of ${colours} colours`)
  assert.equal(png.subarray(1, 4).toString(), 'PNG')
  assert.ok(audioBytes > 0, `${way}: no sound`)
  assert.ok(answers.length >= 3, `${way}: ${answers.join('\n')}`)
  assert.deepEqual(
    answers.filter((answer) => !/^20[046] /.test(answer)),
    [],
    way,
  )
}

for (const player of players)
  test(`without a token ${player.name} plays nothing, and is told 403`, { skip }, async () => {
    const mine = titles.filter(({ kind }) => player.kinds.includes(kind))
    const outcomes = await Promise.all(
      mine.map((title) => cinema.play(player, bucket.link(title, 'bucket', 'nothing'))),
    )
    for (const { error, seconds, width, answers } of outcomes) {
      assert.doesNotMatch(error, /^(?:nothing in .*)?$/)
      assert.deepEqual([seconds, width], [0, 0])
      assert.notEqual(answers.length, 0)
      for (const answer of answers) assert.match(answer, /^403 /)
    }
  })

// Of ranges of a file, the ffmpeg of Debian 12 (5.1) leaves out the first, whatever server they are on.
for (const title of titles.filter(({ name }) => name !== 'dash-ranges'))
  test(`ffprobe reads ${title.what} to its end by one link, and nothing without the token`, { skip }, async () => {
    const args = ['-v', 'error', '-count_packets', '-show_entries', 'stream=codec_name,nb_read_packets', '-of', 'json']
    for (const by of ['query', 'path'] as const) {
      const read = JSON.parse(await run('ffprobe', [...args, bucket.link(title, 'address', by)])) as {
        streams: { codec_name: string; nb_read_packets: string }[]
      }
      const frames = read.streams
        .filter(({ codec_name }) => codec_name === 'h264')
        .map(({ nb_read_packets }) => Number(nb_read_packets))
      assert.deepEqual(frames, Array<number>(title.pictures).fill(frameCount))
      assert.equal(read.streams.filter(({ codec_name }) => codec_name === 'aac').length, title.pictures)
    }
    const refused = await tryRun('ffprobe', [...args, bucket.link(title, 'address', 'nothing')])
    assert.notEqual(refused.code, 0)
    assert.match(refused.stderr, /403 Forbidden/)
  })

for (const title of titles)
  test(
    `curl gets all of ${title.what} by following what one link leads to, and nothing of it without the token`,
    { skip },
    async () => {
      for (const [site, by] of ways) {
        const urls = await follow(bucket.link(title, site, by), async (url) => (await curl(url)).body)
        assert.ok(urls.length >= 3, urls.join('\n'))
        for (const url of urls) {
          const key = new URL(url).pathname.slice(1).replace(/^~auth=[^/]*\//, '')
          const { status, body } = await curl(url)
          assert.equal(status, 200, url)
          // Playlists differ by the token alone.
          const isSame = body.equals(readFileSync(join(folder, key)))
          assert.equal(isSame, by === 'path' || !/\.(?:m3u8|mpd)$/.test(key), url)
          const bare = await curl(url.replace(/[?&]auth=[^&]*|~auth=[^/]*\//, ''))
          assert.equal(bare.status, 403, url)
        }
      }
    },
  )

/** Every host is this machine. */
async function curl(url: string): Promise<{ status: number; body: Buffer }> {
  const file = join(folder, `curl-${requests++}`)
  const { hostname, port } = new URL(url)
  const resolve = ['--resolve', `${hostname}:${port}:127.0.0.1`]
  const status = await run('curl', ['-sS', '--insecure', ...resolve, '-o', file, '-w', '%{http_code}', url])
  const body = readFileSync(file)
  rmSync(file)
  return { status: Number(status), body }
}
let requests = 0

/** A short title for playing, made by ffmpeg: six seconds of a moving picture and a tone, packaged in each of the ways that players are given one. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { missing, run } from '../../harness/tools.ts'

export const titleSeconds = 6
const framesPerSecond = 25
/** Of each picture in a title. */
export const frameCount = titleSeconds * framesPerSecond

export interface Title {
  /** Also its folder, as a key's prefix. */
  readonly name: string
  readonly what: string
  readonly kind: 'hls' | 'dash'
  /** What a link leads to: a key. */
  readonly manifest: string
  readonly pictures: number
}

const title = (name: string, what: string, manifest: string, pictures = 1): Title => ({
  ...{ name, what, pictures },
  kind: manifest.endsWith('.mpd') ? 'dash' : 'hls',
  manifest: `${name}/${manifest}`,
})

export const titles: readonly Title[] = [
  title('hls-ts', 'HLS of TS segments', 'index.m3u8'),
  title('hls-fmp4', 'HLS of fMP4 segments', 'index.m3u8'),
  title('hls-aes', 'HLS encrypted with AES-128', 'index.m3u8'),
  title('hls-variants', 'HLS of two variants', 'master.m3u8', 2),
  title('hls-ranges', 'HLS of ranges of one file', 'index.m3u8'),
  title('dash', 'DASH', 'manifest.mpd'),
  title('dash-ranges', 'DASH of ranges of a file each', 'manifest.mpd'),
]

/** Why no title can be made on this machine; false where it can. */
export const cannotMakeTitles = (): string | false =>
  missing('ffmpeg', '-v', 'error', '-f', 'lavfi', '-i', 'testsrc2=d=0.1', '-c:v', 'libx264', '-f', 'null', '-')

/** Writes the titles into the folder, under their names. Takes about two seconds. */
export async function makeTitles(folder: string): Promise<void> {
  const ffmpeg = (...args: string[]): Promise<string> =>
    run('ffmpeg', ['-v', 'error', '-nostdin', '-y', ...args], { cwd: folder })
  for (const { name } of titles) mkdirSync(join(folder, name))

  await ffmpeg(...source('320x180'), 'high.mp4')
  await ffmpeg(...source('160x90'), 'low.mp4')
  const high = ['-i', 'high.mp4', '-c', 'copy']
  const hls = ['-f', 'hls', '-hls_time', '2', '-hls_playlist_type', 'vod']
  await ffmpeg(...high, ...hls, 'hls-ts/index.m3u8')
  await ffmpeg(...high, ...hls, '-hls_segment_type', 'fmp4', 'hls-fmp4/index.m3u8')

  // The key's URI in the playlist, where ffmpeg finds it, and the initialization vector.
  writeFileSync(join(folder, 'hls-aes/title.key'), Buffer.from('000102030405060708090a0b0c0d0e0f', 'hex'))
  writeFileSync(join(folder, 'key-info'), `title.key\nhls-aes/title.key\n${'5'.repeat(32)}\n`)
  await ffmpeg(...high, ...hls, '-hls_key_info_file', 'key-info', 'hls-aes/index.m3u8')

  const both = [
    '-map',
    '0:v',
    '-map',
    '0:a',
    '-map',
    '1:v',
    '-map',
    '1:a',
    '-var_stream_map',
    'v:0,a:0,name:high v:1,a:1,name:low',
  ]
  await ffmpeg(
    '-i',
    'high.mp4',
    ...['-i', 'low.mp4'],
    '-c',
    'copy',
    ...both,
    ...hls,
    '-master_pl_name',
    'master.m3u8',
    'hls-variants/%v/index.m3u8',
  )
  await ffmpeg(...high, ...hls, '-hls_segment_type', 'fmp4', '-hls_flags', 'single_file', 'hls-ranges/index.m3u8')
  const dash = ['-f', 'dash', '-seg_duration', '2']
  await ffmpeg(...high, ...dash, 'dash/manifest.mpd')
  await ffmpeg(...high, ...dash, '-single_file', '1', 'dash-ranges/manifest.mpd')
}

/** A key frame every two seconds, so that segments can be cut there without encoding again. */
const source = (size: string): string[] => [
  ...['-f', 'lavfi', '-i', `testsrc2=size=${size}:rate=${framesPerSecond}`, '-f', 'lavfi', '-i', 'sine=frequency=440'],
  ...[
    '-t',
    String(titleSeconds),
    '-c:v',
    'libx264',
    '-preset',
    'veryfast',
    '-pix_fmt',
    'yuv420p',
    '-g',
    '50',
    '-sc_threshold',
    '0',
  ],
  ...['-c:a', 'aac', '-ac', '2', '-b:v', '200k'],
]

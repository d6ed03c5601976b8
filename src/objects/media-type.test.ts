/** What an object is, by its type and name. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { mediaTypeOf } from './media-type.ts'

const table: readonly (readonly [stored: string | undefined, key: string, contentType: string, is: string])[] = [
  [undefined, 'a/master.m3u8', 'application/vnd.apple.mpegurl', 'playlist hls compressible passive'],
  ['binary/octet-stream', 'a.M3U8', 'application/vnd.apple.mpegurl', 'playlist hls compressible passive'],
  ['application/x-mpegURL', 'a', 'application/x-mpegURL', 'playlist hls compressible passive'],
  ['audio/mpegurl; charset=utf-8', 'a', 'audio/mpegurl; charset=utf-8', 'playlist hls compressible passive'],
  ['text/plain', 'a.m3u8', 'text/plain', 'playlist hls compressible passive'],
  ['', 'a.mpd', 'application/dash+xml', 'playlist dash compressible passive'],
  ['application/octet-stream', 'a.mpd', 'application/octet-stream', 'playlist dash passive'],
  [undefined, 'seg1.ts', 'video/mp2t', 'segment passive'],
  ['video/MP2T', 'seg1.ts', 'video/MP2T', 'segment passive'],
  ['text/typescript', 'main.ts', 'text/typescript', 'other compressible active'],
  ['application/octet-stream', 'main.ts', 'application/octet-stream', 'segment passive'],
  [undefined, 'seg.m4s', 'video/iso.segment', 'segment passive'],
  [undefined, 'a.cmfv', 'video/mp4', 'segment passive'],
  [undefined, 'init.mp4', 'video/mp4', 'segment passive'],
  [undefined, 'a/video_init_0.mp4', 'video/mp4', 'segment passive'],
  [undefined, 'a/initial/film.mp4', 'video/mp4', 'asset passive'],
  [undefined, 'film.mp4', 'video/mp4', 'asset passive'],
  [undefined, 'a.vtt', 'text/vtt', 'asset compressible passive'],
  [undefined, 'a.jpg', 'image/jpeg', 'asset passive'],
  [undefined, 'a.woff2', 'font/woff2', 'asset passive'],
  [undefined, 'a.svg', 'image/svg+xml', 'asset compressible active'],
  [undefined, 'index.html', 'text/html; charset=utf-8', 'other compressible active'],
  ['TEXT/HTML', 'a.png', 'TEXT/HTML', 'other compressible active'],
  ['application/xhtml+xml', 'a', 'application/xhtml+xml', 'other compressible active'],
  ['application/xml', 'a', 'application/xml', 'other compressible active'],
  ['application/pdf', 'a.png', 'application/pdf', 'other passive'],
  ['image/png', 'a.pdf', 'image/png', 'asset passive'],
  ['application/x-unheard-of', 'a.jpg', 'application/x-unheard-of', 'other active'],
  ['multipart/x-mixed-replace', 'a', 'multipart/x-mixed-replace', 'other active'],
  ['not a type', 'a', 'not a type', 'other active'],
  ['application/json', 'a', 'application/json', 'other compressible passive'],
  ['text/javascript', 'a', 'text/javascript', 'other compressible passive'],
  [undefined, 'README', 'application/octet-stream', 'other passive'],
  [undefined, 'a.b/README', 'application/octet-stream', 'other passive'],
  [undefined, 'constructor', 'application/octet-stream', 'other passive'],
  [undefined, 'a.constructor', 'application/octet-stream', 'other passive'],
]

describe('media types', () => {
  for (const [stored, key, contentType, is] of table) {
    test(`${key} stored as ${stored ?? 'nothing'} is ${contentType}: ${is}`, () => {
      const type = mediaTypeOf(stored, key)
      assert.equal(type.contentType, contentType)
      const said = [type.kind, type.playlist, type.compressible && 'compressible', type.passive ? 'passive' : 'active']
      assert.equal(said.filter(Boolean).join(' '), is)
    })
  }
})

/** Attacks by documents: what is read, expanded, nested or repeated without end. Each is MalformedXML; nothing is deleted, made, read or fetched; and the server goes on. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { rmSync, writeFileSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { bucketName } from '../harness/names.ts'
import { element, elements, send, type RawAnswer, type RawRequest } from '../harness/request.ts'
import { startServer, type TestServer } from '../harness/server.ts'
import { temporaryFolder } from '../harness/tree.ts'
import { keysIn, refuses, succeeds } from './two-accounts.ts'

const bucket = bucketName('xml')
const secret = 'what-no-answer-may-hold'
const folder = temporaryFolder('xml')
/** Whoever opens it to read waits for a writer, and there is none. */
const pipe = join(folder, 'pipe')
const file = join(folder, 'secret')
/** Connections to it are counted. */
const listener = createServer((socket) => {
  connections++
  socket.destroy()
})
let connections = 0
let url: string
let server: TestServer
let uploadId: string

before(async () => {
  spawnSync('mkfifo', [pipe])
  writeFileSync(file, secret)
  await once(listener.listen(0, '127.0.0.1'), 'listening')
  url = `http://127.0.0.1:${(listener.address() as AddressInfo).port}/x`
  server = await startServer()
  await succeeds(server, { method: 'PUT', path: `/${bucket}` })
  for (const key of ['kept', 'k', 'root', 'lol'])
    await succeeds(server, { method: 'PUT', path: `/${bucket}/${key}`, body: 'x' })
  const created = await succeeds(server, { method: 'POST', path: `/${bucket}/upload`, query: 'uploads' })
  uploadId = element(created.text, 'UploadId')
})
after(async () => {
  await server?.stop()
  listener.close()
  rmSync(folder, { recursive: true })
})

const md5 = (body: string | Uint8Array): string => createHash('md5').update(body).digest('base64')

/** Requests that take a document, and the document with `text` in the place of a value. */
interface Taker {
  readonly request: () => RawRequest
  readonly root: string
  readonly document: (text: string) => string
}
const takers: Readonly<Record<string, Taker>> = {
  DeleteObjects: {
    request: () => ({ method: 'POST', path: `/${bucket}`, query: 'delete' }),
    root: 'Delete',
    document: (text) => `<Delete><Object><Key>${text}</Key></Object></Delete>`,
  },
  CompleteMultipartUpload: {
    request: () => ({ method: 'POST', path: `/${bucket}/upload`, query: `uploadId=${uploadId}` }),
    root: 'CompleteMultipartUpload',
    document: (text) =>
      `<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>${text}</ETag></Part></CompleteMultipartUpload>`,
  },
  CreateBucket: {
    request: () => ({ method: 'PUT', path: `/${bucketName('xml-new')}` }),
    root: 'CreateBucketConfiguration',
    document: (text) =>
      `<CreateBucketConfiguration><LocationConstraint>${text}</LocationConstraint></CreateBucketConfiguration>`,
  },
}

const lol = Array.from({ length: 12 }, (_, n) => `<!ENTITY lol${n + 1} "${`&lol${n};`.repeat(10)}">`).join('')

/** Documents, each of a taker, that no parser may act on. */
const attacks: Readonly<Record<string, (taker: Taker) => string | Uint8Array>> = {
  'a DOCTYPE': ({ root, document }) => `<!DOCTYPE ${root}>${document('k')}`,
  'a DOCTYPE in small letters': ({ root, document }) => `<!doctype ${root}>${document('k')}`,
  'a DOCTYPE after a declaration, a comment and white space': ({ root, document }) =>
    `<?xml version="1.0"?>\n<!-- -->\n <!DOCTYPE ${root} []>${document('k')}`,
  'an entity of its own': ({ document }) => `<!DOCTYPE d [<!ENTITY k "kept">]>${document('&k;')}`,
  'an entity bomb': ({ document }) => `<!DOCTYPE d [<!ENTITY lol0 "lol">${lol}]>${document('&lol12;')}`,
  'a quadratic entity bomb': ({ document }) =>
    `<!DOCTYPE d [<!ENTITY a "${'a'.repeat(50_000)}">]>${document('&a;'.repeat(50_000))}`,
  'an entity that holds itself': ({ document }) =>
    `<!DOCTYPE d [<!ENTITY a "&b;"><!ENTITY b "&a;">]>${document('&a;')}`,
  'an external entity, a file': ({ document }) =>
    `<!DOCTYPE d [<!ENTITY x SYSTEM "file://${file}">]>${document('&x;')}`,
  'an external entity, a pipe': ({ document }) =>
    `<!DOCTYPE d [<!ENTITY x SYSTEM "file://${pipe}">]>${document('&x;')}`,
  'an external entity, a URL': ({ document }) => `<!DOCTYPE d [<!ENTITY x SYSTEM "${url}">]>${document('&x;')}`,
  'an external entity, public': ({ document }) => `<!DOCTYPE d [<!ENTITY x PUBLIC "-//X" "${url}">]>${document('&x;')}`,
  'a parameter entity': ({ document }) => `<!DOCTYPE d [<!ENTITY % p SYSTEM "${url}"> %p;]>${document('k')}`,
  'a DTD by URL': ({ root, document }) => `<!DOCTYPE ${root} SYSTEM "${url}">${document('k')}`,
  'a DTD by a pipe': ({ root, document }) => `<!DOCTYPE ${root} SYSTEM "file://${pipe}">${document('k')}`,
  'an entity that nobody declared': ({ document }) => document('&lol;'),
  'a style sheet': ({ document }) => `<?xml-stylesheet type="text/xsl" href="${url}"?>${document('k')}`,
  'a processing instruction inside': ({ document }) => document('<?php readfile("/etc/passwd")?>k'),
  'an encoding of which it is not': ({ document }) => `<?xml version="1.0" encoding="UTF-7"?>${document('k')}`,
  'UTF-16': ({ document }) => Buffer.from(`\ufeff<?xml version="1.0" encoding="UTF-16"?>${document('k')}`, 'utf16le'),
  '200,000 levels': ({ root }) => `<${root}>${'<a>'.repeat(200_000)}`,
  '200,000 levels, all closed': ({ root }) => `<${root}>${'<a>'.repeat(200_000)}${'</a>'.repeat(200_000)}</${root}>`,
  '200,000 levels in a value': ({ document }) => document('<a>'.repeat(200_000) + '</a>'.repeat(200_000)),
  '1,000 levels in a value': ({ document }) => document(`k${'<a>'.repeat(1000)}${'</a>'.repeat(1000)}`),
  '300,000 elements': ({ root }) => `<${root}>${'<a/>'.repeat(300_000)}</${root}>`,
  '300,000 elements in a value': ({ document }) => document('<a/>'.repeat(300_000)),
  '100,000 attributes': ({ root }) =>
    `<${root} ${Array.from({ length: 100_000 }, (_, n) => `a${n}=""`).join(' ')}></${root}>`,
  'an attribute 100,000 times': ({ root }) => `<${root} ${'a="" '.repeat(100_000)}></${root}>`,
  '10 MiB of a value': ({ document }) => document('k'.repeat(10 * 1024 * 1024)),
  '10 MiB of white space': ({ document }) => ' '.repeat(10 * 1024 * 1024) + document('k'),
  '10 MiB of nothing': () => ' '.repeat(10 * 1024 * 1024),
  'a name of 2 MiB': () => `<${'a'.repeat(2 * 1024 * 1024)}/>`,
  'CDATA without an end': ({ root }) => `<${root}><![CDATA[${'x'.repeat(500_000)}`,
  'a comment without an end': ({ root }) => `<${root}><!--${'x'.repeat(500_000)}`,
  'two roots': ({ document }) => document('k') + document('kept'),
  'another root': () => '<Other><Object><Key>kept</Key></Object></Other>',
  'a prototype': () => '<__proto__><constructor>kept</constructor></__proto__>',
}

async function asBefore(answer: RawAnswer): Promise<void> {
  assert.ok(!answer.text.includes(secret))
  assert.ok(answer.text.length < 2000, 'nothing of the document is repeated')
  assert.equal(connections, 0)
  assert.deepEqual(await keysIn(server, bucket), ['k', 'kept', 'lol', 'root'])
}

for (const [what, write] of Object.entries(attacks)) {
  test(`security 37: ${what} is MalformedXML; nothing is read or fetched, and the server answers on`, async () => {
    for (const taker of Object.values(takers)) {
      const body = write(taker)
      const request = taker.request()
      const digest = request.query === 'delete' ? { 'content-md5': md5(body) } : {}
      await asBefore(await refuses(server, { ...request, body, headers: digest }, 400, 'MalformedXML'))
      if (request.method === 'PUT') assert.equal((await send(server, { path: request.path })).code, 'NoSuchBucket')
    }
  })
}

const deletion = (objects: string): RawRequest => {
  const body = `<Delete>${objects}</Delete>`
  return { method: 'POST', path: `/${bucket}`, query: 'delete', body, headers: { 'content-md5': md5(body) } }
}
const keys = (count: number, size = 0): string =>
  Array.from({ length: count }, (_, n) => `<Object><Key>${String(n).padEnd(size, '-')}</Key></Object>`).join('')

test('security 37: 1,001 keys are MalformedXML, and not one of them is deleted; 1,000, as long as can be, are taken', async () => {
  await asBefore(await refuses(server, deletion(`<Object><Key>kept</Key></Object>${keys(1000)}`), 400, 'MalformedXML'))
  await asBefore(await refuses(server, deletion(keys(1000) + '<Object><Key>kept</Key></Object>'), 400, 'MalformedXML'))
  const { text } = await succeeds(server, deletion(keys(1000, 1024)))
  assert.equal(elements(text, 'Key').length, 1000)
})

test('security 37: 10 MiB of keys are MalformedXML, and not one of them is deleted', async () => {
  const one = '<Object><Key>kept</Key></Object>'
  const body = one.repeat((10 * 1024 * 1024) / one.length)
  await asBefore(await refuses(server, deletion(body), 400, 'MalformedXML'))
  // And such a body is not waited for, but refused at its limit.
  await asBefore(await refuses(server, deletion(one.repeat((64 * 1024 * 1024) / one.length)), 400, 'MalformedXML'))
})

test('security 37: 10,001 parts are MalformedXML', async () => {
  const parts = Array.from({ length: 10_001 }, (_, n) => `<Part><PartNumber>${n + 1}</PartNumber><ETag>0</ETag></Part>`)
  const body = `<CompleteMultipartUpload>${parts.join('')}</CompleteMultipartUpload>`
  await asBefore(await refuses(server, { ...takers['CompleteMultipartUpload']!.request(), body }, 400, 'MalformedXML'))
})

test('security 37: what includes a file in other languages is text or nothing here', async () => {
  const included = [
    `<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="file://${file}" parse="text"/>`,
    `<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="${url}"/>`,
    `<![CDATA[<!ENTITY x SYSTEM "file://${file}">&x;]]>`,
  ]
  for (const text of included) {
    const answer = await send(server, deletion(`<Object><Key>${text}</Key></Object>`))
    await asBefore(answer)
  }
  const located = `<Delete xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="${url} ${url}" xsi:noNamespaceSchemaLocation="file://${pipe}">${keys(1)}</Delete>`
  const { request } = takers['DeleteObjects']!
  await asBefore(await succeeds(server, { ...request(), body: located, headers: { 'content-md5': md5(located) } }))
})

test('security 37: while twenty such documents are read at once, others are answered', async () => {
  const documents = Array.from({ length: 20 }, () => send(server, deletion('<a/>'.repeat(1_900_000))))
  assert.equal((await send(server, { path: `/${bucket}/kept` })).text, 'x')
  for (const { status, code } of await Promise.all(documents)) assert.deepEqual([status, code], [400, 'MalformedXML'])
  assert.equal((await send(server, { path: `/${bucket}/kept` })).text, 'x')
})

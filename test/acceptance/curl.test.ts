/** curl, which signs by itself with --aws-sigv4. */
import assert from 'node:assert/strict'
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { bucketName, patterned } from '../harness/names.ts'
import { presign } from '../harness/request.ts'
import { startServer, type TestServer } from '../harness/server.ts'
import { missing, run, tryRun } from '../harness/tools.ts'
import { digestTree, temporaryFolder } from '../harness/tree.ts'

const skip = missing('curl')
const bucket = bucketName('curl')
let server: TestServer
let folder: string

before(async () => {
  if (skip !== false) return
  server = await startServer()
  folder = temporaryFolder('curl')
  writeFileSync(join(folder, 'big'), patterned(8 * 1024 * 1024))
  writeFileSync(join(folder, 'small'), 'a small body')
  await signed('-X', 'PUT', `/${bucket}`)
})
after(async () => {
  if (skip !== false) return
  rmSync(folder, { recursive: true, force: true })
  await server.stop()
})

/** Runs curl; the last argument is the path. Gives what it wrote. */
const curl = (args: readonly string[], target: string): Promise<string> =>
  run('curl', ['--silent', '--show-error', '--path-as-is', ...args, target], { cwd: folder, timeoutSeconds: 30 })

/** What makes curl sign. */
const common = (): string[] => [
  '--silent',
  '--fail-with-body',
  '--aws-sigv4',
  `aws:amz:${server.region}:s3`,
  '--user',
  `${server.accessKeyId}:${server.secretAccessKey}`,
  '-H',
  'x-amz-content-sha256: UNSIGNED-PAYLOAD',
]

const signed = (...args: string[]): Promise<string> =>
  curl([...common(), ...args.slice(0, -1)], server.endpoint + (args.at(-1) ?? ''))

test('PUT with -T waits for 100-continue, GET gives it back', { skip }, async () => {
  const sent = await tryRun(
    'curl',
    [...common(), '--verbose', '-H', 'Expect: 100-continue', '-T', 'big', `${server.endpoint}/${bucket}/big`],
    {
      cwd: folder,
    },
  )
  assert.equal(sent.code, 0, sent.stderr)
  assert.match(sent.stderr, /< HTTP\/1\.1 100 Continue[\s\S]*< HTTP\/1\.1 200 OK/)
  await signed('-o', 'back', `/${bucket}/big`)
  const digests = digestTree(folder)
  assert.equal(digests['back'], digests['big'])
})

test('HEAD tells, a range gives its bytes, DELETE removes', { skip }, async () => {
  await signed('-T', 'small', '-H', 'content-type: text/x-small', `/${bucket}/small`)
  const head = await signed('--head', `/${bucket}/small`)
  assert.match(head, /^content-length: 12\r?$/im)
  assert.match(head, /^content-type: text\/x-small\r?$/im)
  assert.equal(await signed('--range', '2-6', `/${bucket}/small`), 'small')
  await signed('-X', 'DELETE', `/${bucket}/small`)
  await assert.rejects(signed(`/${bucket}/small`), /NoSuchKey/)
})

test('a listing with a query is signed and answered', { skip }, async () => {
  const listed = await signed(`/${bucket}?list-type=2&prefix=bi`)
  assert.match(listed, /<Key>big<\/Key>/)
})

test('P-5: a presigned URL is downloaded with GET and uploaded to with -X PUT -T', { skip }, async () => {
  await curl(
    ['-X', 'PUT', '-T', 'small', '--fail-with-body'],
    presign(server, { method: 'PUT', path: `/${bucket}/up` }),
  )
  assert.equal(await curl(['-X', 'GET'], presign(server, { path: `/${bucket}/up` })), 'a small body')
})

test('an upload that may not be is refused before its body is sent', { skip }, async () => {
  const { code, stdout, stderr } = await tryRun(
    'curl',
    [
      '--silent',
      '--verbose',
      '-H',
      'Expect: 100-continue',
      '--expect100-timeout',
      '20',
      '-T',
      'big',
      `${server.endpoint}/${bucket}/refused`,
    ],
    { cwd: folder },
  )
  assert.ok(code === 0 || code === 55 || code === 56, stderr)
  assert.match(stdout, /<Code>AccessDenied<\/Code>/)
  assert.doesNotMatch(stderr, /100 Continue/)
})

/** s3cmd, as its users use it, by path and by host. */
import assert from 'node:assert/strict'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { bucketName, patterned } from '../harness/names.ts'
import { virtualHost } from '../harness/client.ts'
import { startServer, type TestServer } from '../harness/server.ts'
import { missing, run, tryRun } from '../harness/tools.ts'
import { digestTree, oddPaths, plantTree, temporaryFolder } from '../harness/tree.ts'

const skip = missing('s3cmd')
const MiB = 1024 * 1024
const bucket = bucketName('s3cmd')
let server: TestServer
let folder: string

before(async () => {
  if (skip !== false) return
  server = await startServer({ env: { ENTREPOT_SIG_V2_HEADER: 'true' } })
  folder = temporaryFolder('s3cmd')
})
after(async () => {
  if (skip !== false) return
  rmSync(folder, { recursive: true, force: true })
  await server.stop()
})

// No DNS knows the test's domain, so a Python of the harness resolves its names to this machine.
const resolver = join(import.meta.dirname, '../harness/resolver')
const program = (args: readonly string[]): [string, string[], object] => [
  's3cmd',
  [
    '--config=/dev/null',
    '--no-ssl',
    '--no-progress',
    `--access_key=${server.accessKeyId}`,
    `--secret_key=${server.secretAccessKey}`,
    `--region=${server.region}`,
    ...args,
  ],
  { cwd: folder, env: { PYTHONPATH: resolver, ENTREPOT_TEST_DOMAIN: server.domain, LC_ALL: 'C.UTF-8' } },
]
const byPath = (): string[] => [`--host=127.0.0.1:${server.port}`, `--host-bucket=127.0.0.1:${server.port}`]
const byHost = (): string[] => [`--host=${virtualHost(server)}`, `--host-bucket=%(bucket)s.${virtualHost(server)}`]
const s3cmd = (...args: string[]): Promise<string> => run(...program([...byPath(), ...args]))

test('mb, put, ls, get, info, del', { skip }, async () => {
  await s3cmd('mb', `s3://${bucket}`)
  writeFileSync(join(folder, 'one.txt'), 'one')
  await s3cmd(
    'put',
    '--add-header=x-amz-meta-note:ü',
    '--mime-type=text/x-one',
    'one.txt',
    `s3://${bucket}/dir/one ü.txt`,
  )
  assert.match(await s3cmd('ls', `s3://${bucket}/dir/`), /\s3\s+s3:\/\/.*\/dir\/one ü\.txt/)
  assert.match(await s3cmd('info', `s3://${bucket}/dir/one ü.txt`), /text\/x-one/)
  await s3cmd('get', `s3://${bucket}/dir/one ü.txt`, 'back.txt')
  assert.equal(readFileSync(join(folder, 'back.txt'), 'utf8'), 'one')
  await s3cmd('del', `s3://${bucket}/dir/one ü.txt`)
  assert.equal(await s3cmd('ls', '--recursive', `s3://${bucket}`), '')
})

test('sync carries a tree with odd names there and back', { skip }, async () => {
  const tree = join(folder, 'tree')
  plantTree(tree)
  await s3cmd('sync', `${tree}/`, `s3://${bucket}/tree/`)
  const listed = await s3cmd('ls', '--recursive', `s3://${bucket}/tree/`)
  assert.equal(listed.trimEnd().split('\n').length, oddPaths.length)
  const back = join(folder, 'back')
  await run('mkdir', [back])
  await s3cmd('sync', `s3://${bucket}/tree/`, `${back}/`)
  assert.deepEqual(digestTree(back), digestTree(tree))
})

test('a file of 35 MiB goes up in parts and comes back', { skip }, async () => {
  writeFileSync(join(folder, 'big'), patterned(35 * MiB))
  await s3cmd('put', '--multipart-chunk-size-mb=10', 'big', `s3://${bucket}/big`)
  await s3cmd('get', `s3://${bucket}/big`, 'big-back')
  const digests = digestTree(folder)
  assert.equal(digests['big-back'], digests['big'])
})

test('cp and mv within the bucket', { skip }, async () => {
  await s3cmd('cp', `s3://${bucket}/big`, `s3://${bucket}/copied`)
  await s3cmd('mv', `s3://${bucket}/copied`, `s3://${bucket}/moved`)
  assert.doesNotMatch(await s3cmd('ls', `s3://${bucket}`), /copied/)
  assert.match(await s3cmd('ls', `s3://${bucket}`), /moved/)
})

test('P-2: signurl by path and by host gives an URL that curl downloads', { skip }, async () => {
  writeFileSync(join(folder, 'shared'), 'shared body')
  await s3cmd('put', 'shared', `s3://${bucket}/shared+body ü`)
  for (const style of [byPath(), byHost()]) {
    const url = (await run(...program([...style, 'signurl', `s3://${bucket}/shared+body ü`, '+3600']))).trim()
    const connectTo = `::127.0.0.1:${server.port}`
    assert.equal(
      await run('curl', ['--silent', '--fail-with-body', '--connect-to', connectTo, url]),
      'shared body',
      url,
    )
  }
})

test('P-2: the recipe as written, with a relative time', { skip }, async () => {
  const hosts = [`--host=http://${virtualHost(server)}`, `--host-bucket=http://${bucket}.${virtualHost(server)}`]
  const url = (await run(...program([...hosts, 'signurl', `s3://${bucket}/shared+body ü`, '+3600']))).trim()
  const target = url.replace(/^https?:\/\/(?:https?:\/\/)?/, 'http://')
  assert.equal(
    await run('curl', ['--silent', '--fail-with-body', '--connect-to', `::127.0.0.1:${server.port}`, target]),
    'shared body',
    url,
  )
})

test('by host: put, ls, get', { skip }, async () => {
  const styled = (...args: string[]) => run(...program([...byHost(), ...args]))
  await styled('put', 'one.txt', `s3://${bucket}/by host.txt`)
  assert.match(await styled('ls', `s3://${bucket}/by`), /by host\.txt/)
  await styled('get', '--force', `s3://${bucket}/by host.txt`, 'by-host.txt')
  assert.equal(readFileSync(join(folder, 'by-host.txt'), 'utf8'), 'one')
})

test('version 2 signatures by header', { skip }, async () => {
  const listed = await run(...program([...byPath(), '--signature-v2', 'ls', `s3://${bucket}/by`]))
  assert.match(listed, /by host\.txt/)
})

test('del --recursive and rb remove everything', { skip }, async () => {
  await s3cmd('del', '--recursive', '--force', `s3://${bucket}`)
  await s3cmd('rb', `s3://${bucket}`)
  const gone = await tryRun(...program([...byPath(), 'ls', `s3://${bucket}`]))
  assert.match(gone.stderr, /NoSuchBucket/)
})

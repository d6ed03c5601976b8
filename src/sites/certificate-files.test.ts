import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { chmodSync, mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test, type TestContext } from 'node:test'
import { Refusal } from '../base/refusal.ts'
import { openCertificateFiles, type CertificateFilePair } from './certificate-files.ts'
import type { PemPair } from './certificate-pair.ts'
import { makePair, type PairOptions } from './test-bed.ts'

const clock = { now: () => Date.UTC(2026, 10, 20) }

function makeFolder(context: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'entrepot-certificates-'))
  context.after(() => rmSync(folder, { recursive: true }))
  return folder
}

function write(folder: string, { certificatePem, privateKeyPem }: PemPair): CertificateFilePair {
  mkdirSync(folder, { recursive: true })
  const files = { certificate: join(folder, 'fullchain.pem'), key: join(folder, 'privkey.pem') }
  writeFileSync(files.certificate, certificatePem)
  writeFileSync(files.key, privateKeyPem.reveal(), { mode: 0o600 })
  return files
}

const writeNew = async (
  folder: string,
  names: readonly string[],
  options?: PairOptions,
): Promise<CertificateFilePair> => write(folder, await makePair(names, options))

async function open(context: TestContext, pairs: readonly CertificateFilePair[]) {
  const faults: string[] = []
  const reloads: CertificateFilePair[] = []
  const files = await openCertificateFiles(pairs, {
    clock,
    onFault: (message) => void faults.push(message),
    onReload: (pair) => void reloads.push(pair),
  })
  context.after(() => files.close())
  const first = (): string => files.first!.facts.fingerprint
  return { files, faults, reloads, first }
}

const fingerprintOf = ({ certificatePem }: PemPair): string => new X509Certificate(certificatePem).fingerprint256

test('a name is found exactly, then by a wildcard for its first label, by the pair named first', async (context) => {
  const folder = makeFolder(context)
  const a = await writeNew(join(folder, 'a'), ['*.example.com', 'example.com'])
  const b = await writeNew(join(folder, 'b'), ['media.example.com', 'example.com', '*.a.example.com'])
  const { files, faults } = await open(context, [a, b])
  const [wild, exact] = [files.find('x.example.com'), files.find('media.example.com')]
  assert.ok(wild && exact && wild !== exact)
  assert.equal(files.first!.context, wild)
  for (const [name, expected] of [
    ['example.com', wild],
    ['y.example.com', wild],
    ['x.a.example.com', exact],
    ['x.y.example.com', undefined],
    ['.example.com', wild],
    ['com', undefined],
    ['other.com', undefined],
    ['', undefined],
  ] as const) {
    assert.equal(files.find(name), expected, name)
  }
  assert.deepEqual(faults, [])
})

test('no files are no fault', async (context) => {
  const { files } = await open(context, [])
  assert.deepEqual([files.first, files.find('a.com')], [undefined, undefined])
})

describe('the start is refused where', () => {
  const rows: readonly (readonly [
    what: string,
    text: RegExp,
    make: (folder: string) => Promise<CertificateFilePair>,
  ])[] = [
    [
      'a certificate is not there',
      /fullchain\.pem cannot be read: ENOENT/,
      async (folder) => {
        const files = await writeNew(folder, ['a.com'])
        unlinkSync(files.certificate)
        return files
      },
    ],
    [
      'a key is not there',
      /privkey\.pem cannot be read: ENOENT/,
      async (folder) => {
        const files = await writeNew(folder, ['a.com'])
        unlinkSync(files.key)
        return files
      },
    ],
    [
      'everybody can read the key',
      /mode is 0644.*chmod 600/,
      async (folder) => {
        const files = await writeNew(folder, ['a.com'])
        chmodSync(files.key, 0o644)
        return files
      },
    ],
    [
      'a group can change the key',
      /mode is 0660/,
      async (folder) => {
        const files = await writeNew(folder, ['a.com'])
        chmodSync(files.key, 0o660)
        return files
      },
    ],
    [
      'the key is another’s',
      /fullchain\.pem is not for this private key/,
      async (folder) => {
        const files = await writeNew(folder, ['a.com'])
        writeFileSync(files.key, (await makePair(['a.com'])).privateKeyPem.reveal())
        return files
      },
    ],
    [
      'the key is weak',
      /private key in .*privkey\.pem has 1024 bits/,
      (folder) => writeNew(folder, ['a.com'], { key: 'rsa1024' }),
    ],
    [
      'a file is huge',
      /longer than 65536 bytes/,
      async (folder) => {
        const files = await writeNew(folder, ['a.com'])
        writeFileSync(files.certificate, '#'.repeat(70_000))
        return files
      },
    ],
    [
      'a file is a folder',
      /cannot be read/,
      async (folder) => {
        const files = await writeNew(folder, ['a.com'])
        unlinkSync(files.certificate)
        mkdirSync(files.certificate)
        return files
      },
    ],
  ]
  for (const [what, text, make] of rows) {
    test(what, async (context) => {
      const pair = await make(makeFolder(context))
      await assert.rejects(open(context, [pair]), (error) => error instanceof Refusal && text.test(error.message))
    })
  }
})

test('of several pairs that cannot be used, all are told of at once', async (context) => {
  const folder = makeFolder(context)
  const pairs = await Promise.all(['a', 'b', 'c'].map((name) => writeNew(join(folder, name), [`${name}.example.com`])))
  const [a, b, c] = pairs as [CertificateFilePair, CertificateFilePair, CertificateFilePair]
  chmodSync(a.key, 0o644)
  unlinkSync(c.certificate)
  await assert.rejects(open(context, [a, b, { ...b, key: c.key }, c]), (error) => {
    assert.ok(error instanceof Refusal)
    const lines = error.message.split('\n')
    assert.equal(lines.length, 3)
    for (const [index, text] of [
      /a\/privkey\.pem.*chmod/,
      /b\/fullchain\.pem is not for/,
      /c\/fullchain\.pem cannot/,
    ].entries())
      assert.match(lines[index]!, text)
    return true
  })
})

test('a group may read the key', async (context) => {
  const pair = await writeNew(makeFolder(context), ['a.com'])
  chmodSync(pair.key, 0o640)
  assert.ok((await open(context, [pair])).files.find('a.com'))
})

test('a certificate out of date is told of and used', async (context) => {
  const pair = await writeNew(makeFolder(context), ['a.com'], { notAfter: clock.now() - 1 })
  const { files, faults } = await open(context, [pair])
  assert.ok(files.find('a.com'))
  assert.match(faults.join(), /fullchain\.pem expired at 2026-11-19/)
})

describe('files that change', () => {
  test('are in use from the next look on, with their new names', async (context) => {
    const folder = makeFolder(context)
    const pair = await writeNew(folder, ['a.com'])
    const { files, faults, reloads, first } = await open(context, [pair])
    const before = first()
    await files.look()
    assert.equal(first(), before)
    const next = await makePair(['b.com'])
    write(folder, next)
    await files.look()
    assert.equal(first(), fingerprintOf(next))
    assert.equal(files.find('a.com'), undefined)
    assert.ok(files.find('b.com'))
    assert.deepEqual([faults, reloads], [[], [pair]])
  })

  test('half, leave the former pair in use and are told of once', async (context) => {
    const folder = makeFolder(context)
    const pair = await writeNew(folder, ['a.com'])
    const { files, faults, reloads, first } = await open(context, [pair])
    const before = first()
    const next = await makePair(['a.com'])
    writeFileSync(pair.certificate, next.certificatePem)
    for (let round = 0; round < 3; round++) await files.look()
    assert.equal(first(), before)
    assert.equal(faults.length, 1)
    assert.match(faults[0]!, /fullchain\.pem is not for this private key\. The former certificate stays in use\.$/)
    writeFileSync(pair.key, next.privateKeyPem.reveal())
    await files.look()
    assert.equal(first(), fingerprintOf(next))
    assert.deepEqual([faults.length, reloads.length], [1, 1])
  })

  test('at any byte of being written, never leave it without a pair that fits', async (context) => {
    const folder = makeFolder(context)
    const pair = await writeNew(folder, ['a.com'])
    const { files, first } = await open(context, [pair])
    const before = first()
    const next = await makePair(['a.com'])
    for (const part of [0, 1, 30, 200, next.certificatePem.length - 2]) {
      writeFileSync(pair.certificate, next.certificatePem.slice(0, part))
      await files.look()
      assert.equal(first(), before)
    }
    writeFileSync(pair.certificate, next.certificatePem)
    for (const part of [0, 50, next.privateKeyPem.reveal().length - 30]) {
      writeFileSync(pair.key, next.privateKeyPem.reveal().slice(0, part))
      await files.look()
      assert.equal(first(), before)
    }
    writeFileSync(pair.key, next.privateKeyPem.reveal())
    await files.look()
    assert.equal(first(), fingerprintOf(next))
  })

  test('by a symbolic link, as certbot changes them', async (context) => {
    const folder = makeFolder(context)
    const old = await writeNew(join(folder, 'archive1'), ['a.com'])
    const live = { certificate: join(folder, 'cert.pem'), key: join(folder, 'key.pem') }
    symlinkSync(old.certificate, live.certificate)
    symlinkSync(old.key, live.key)
    const { files, faults, first } = await open(context, [live])
    const next = await makePair(['a.com'])
    const renewed = write(join(folder, 'archive2'), next)
    for (const what of ['certificate', 'key'] as const) {
      symlinkSync(renewed[what], `${live[what]}.new`)
      renameSync(`${live[what]}.new`, live[what])
    }
    await files.look()
    assert.equal(first(), fingerprintOf(next))
    assert.deepEqual(faults, [])
  })

  test('to be gone, or open to all, leave the former pair in use', async (context) => {
    const folder = makeFolder(context)
    const pair = await writeNew(folder, ['a.com'])
    const { files, faults, first } = await open(context, [pair])
    const before = first()
    unlinkSync(pair.key)
    await files.look()
    await files.look()
    assert.equal(faults.length, 1)
    assert.match(faults[0]!, /privkey\.pem cannot be read/)
    const next = await makePair(['a.com'])
    write(folder, next)
    chmodSync(pair.key, 0o604)
    await files.look()
    assert.match(faults[1]!, /mode is 0604/)
    assert.equal(first(), before)
    chmodSync(pair.key, 0o600)
    await files.look()
    assert.equal(first(), fingerprintOf(next))
    assert.equal(faults.length, 2)
  })

  test('of one pair do not touch the others', async (context) => {
    const folder = makeFolder(context)
    const [a, b] = [await writeNew(join(folder, 'a'), ['a.com']), await writeNew(join(folder, 'b'), ['b.com'])]
    const { files } = await open(context, [a, b])
    const other = files.find('b.com')
    writeFileSync(a.certificate, 'nothing')
    await writeNew(join(folder, 'b'), ['c.com'])
    await files.look()
    assert.ok(files.find('a.com') && files.find('c.com'))
    assert.notEqual(files.find('c.com'), other)
  })
})

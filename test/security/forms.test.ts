/** Attacks with the forms of browsers: what a signed policy does not allow, bodies that are no sound form, and names of files that are paths. */
import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { after, before, test } from 'node:test'
import {
  filePart,
  part,
  postForm,
  postOfParts,
  signForm,
  signForm2,
  type FormFields,
  type FormScope,
} from '../harness/form.ts'
import { bucketName } from '../harness/names.ts'
import { send, type RawRequest } from '../harness/request.ts'
import { escapeKey } from '../harness/sign.ts'
import { keysIn, refuses, skip, startTwoAccounts, succeeds, type TwoAccounts } from './two-accounts.ts'

let accounts: TwoAccounts
const bucket = bucketName('forms')
const other = bucketName('forms-other')

before(async () => {
  if (skip !== false) return
  accounts = await startTwoAccounts('forms', { env: { ENTREPOT_TOGGLES: 'http=allow' } })
  await succeeds(accounts.server, { method: 'PUT', path: `/${bucket}` })
  await succeeds(accounts.server, { method: 'PUT', path: `/${other}` })
})
after(() => accounts?.server.stop())

const signs = { 'Version 4': signForm, 'Version 2': signForm2 }
const conditions = [{ bucket }, ['starts-with', '$key', 'user/a/'], ['content-length-range', 2, 4]]
const fields = { key: 'user/a/k' }

async function assertNothingKept(): Promise<void> {
  for (const name of [bucket, other]) assert.deepEqual(await keysIn(accounts.server, name), [])
}

interface Attempt {
  readonly fields?: FormFields
  readonly scope?: Partial<FormScope>
  /** After it was signed. */
  readonly added?: FormFields
  readonly file?: string
  readonly to?: string
}

const attempts: readonly (readonly [what: string, attempt: Attempt, status: number, code: string])[] = [
  ['a key outside of what the policy allows', { fields: { key: 'user/b/k' } }, 403, 'AccessDenied'],
  ['a key that climbs out of it', { fields: { key: 'user/b/../a/k' } }, 403, 'AccessDenied'],
  ['a key in other letters', { fields: { key: 'User/a/k' } }, 403, 'AccessDenied'],
  ['a larger file', { file: '12345' }, 400, 'EntityTooLarge'],
  ['a much larger file', { file: 'x'.repeat(3_000_000) }, 400, 'EntityTooLarge'],
  ['a smaller file', { file: '1' }, 400, 'EntityTooSmall'],
  ['no file to speak of', { file: '' }, 400, 'EntityTooSmall'],
  ['a field more', { added: { 'x-amz-meta-a': '1' } }, 403, 'AccessDenied'],
  ['an ACL', { added: { acl: 'public-read' } }, 403, 'AccessDenied'],
  ['a redirect', { added: { success_action_redirect: 'https://evil.example/' } }, 403, 'AccessDenied'],
  ['a type', { added: { 'Content-Type': 'text/html' } }, 403, 'AccessDenied'],
  ['another bucket', { to: other }, 403, 'AccessDenied'],
  ['another bucket, and a field that says it is the right one', { to: other, added: { bucket } }, 403, 'AccessDenied'],
  ['an expired policy', { scope: { expiration: new Date(Date.now() - 1000) } }, 403, 'AccessDenied'],
  ['a policy that names no bucket', { scope: { conditions: conditions.slice(1) } }, 403, 'AccessDenied'],
  ['a policy without conditions', { scope: { conditions: [] } }, 403, 'AccessDenied'],
  [
    'another policy than was signed',
    { added: { policy: Buffer.from('{"expiration":"2099-01-01T00:00:00Z","conditions":[]}').toString('base64') } },
    403,
    'SignatureDoesNotMatch',
  ],
  ['no policy', { added: { policy: '' } }, 400, 'InvalidArgument'],
]

for (const [version, sign] of Object.entries(signs)) {
  for (const [what, attempt, status, code] of attempts) {
    test(
      `security 18: a form of ${version} with ${what} is ${status} ${code}, and nothing is stored (GHSA-w5fh)`,
      { skip },
      async () => {
        const scope = { conditions, ...attempt.scope }
        const signed = { ...sign(accounts.server, { ...fields, ...attempt.fields }, scope), ...attempt.added }
        await refuses(accounts.server, postForm(attempt.to ?? bucket, signed, attempt.file ?? '123'), status, code)
        await assertNothingKept()
      },
    )
  }

  test(
    `security 18: a form of ${version} signed with somebody else's key is no key to the bucket`,
    { skip },
    async () => {
      const { server, attacker } = accounts
      const signed = sign(server, fields, { conditions, credentials: attacker })
      await refuses(server, postForm(bucket, signed, '123'), 403, 'AccessDenied')
      const forged = sign(server, fields, { conditions, credentials: { ...attacker, accessKeyId: server.accessKeyId } })
      await refuses(server, postForm(bucket, forged, '123'), 403, 'SignatureDoesNotMatch')
      const unknown = sign(server, fields, { conditions, credentials: { ...attacker, accessKeyId: 'AKIANOBODY' } })
      await refuses(server, postForm(bucket, unknown, '123'), 403, 'InvalidAccessKeyId')
      await assertNothingKept()
    },
  )
}

test(
  'security 18: a form that nobody has signed, or that has lost a part of its signature, is refused',
  { skip },
  async () => {
    const { server } = accounts
    await refuses(server, postForm(bucket, fields, '123'), 403, 'AccessDenied')
    for (const sign of Object.values(signs)) {
      const signed = sign(server, fields, { conditions })
      for (const name of Object.keys(signed)) {
        if (name === 'key') continue
        const { [name]: _, ...lacking } = signed
        const answer = await send(server, postForm(bucket, lacking, '123'))
        assert.ok([400, 403].includes(answer.status), `${name}: ${answer.text}`)
      }
    }
    await assertNothingKept()
  },
)

const signedParts = (more: FormFields = {}): string[] =>
  Object.entries({ ...signForm(accounts.server, fields, { conditions }), ...more }).map(([name, value]) =>
    part(name, value),
  )

test(
  'security 19: a form whose file is not behind the fields that matter, or that has a field twice, is 400',
  { skip },
  async () => {
    const { server } = accounts
    const parts = signedParts()
    const [key = '', ...others] = parts
    for (const broken of [
      [filePart('123'), ...parts],
      [...others, filePart('123'), key],
      [key, ...parts, filePart('123')],
      [...parts, part('KEY', 'user/a/other'), filePart('123')],
      [...parts, parts.at(-1)!, filePart('123')],
      [...parts, filePart('123'), filePart('456')],
      parts,
    ])
      await refuses(server, postOfParts(bucket, broken), 400, 'InvalidArgument')
    await assertNothingKept()
  },
)

/** The server's resident memory in bytes; undefined where the system does not tell. */
function residentSize(pid: number): number | undefined {
  const file = `/proc/${pid}/status`
  const [, kilobytes] = (existsSync(file) && /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(file, 'utf8'))) || []
  return kilobytes === undefined ? undefined : Number(kilobytes) * 1024
}

test(
  'security 19: a name of 1 MiB, 10,000 fields or a field of 16 MiB are 400, and memory stays flat',
  { skip },
  async () => {
    const { server } = accounts
    const mebibyte = 1024 * 1024
    const large: readonly (readonly [request: RawRequest, code: string])[] = [
      [
        postOfParts(bucket, [...signedParts(), part('n'.repeat(mebibyte), '1'), filePart('123')]),
        'MalformedPOSTRequest',
      ],
      [
        postOfParts(bucket, [
          ...Array.from({ length: 10_000 }, (_, at) => part(`x-ignore-${at}`, '')),
          ...signedParts(),
          filePart('123'),
        ]),
        'MalformedPOSTRequest',
      ],
      [postOfParts(bucket, [part('key', 'k'.repeat(16 * mebibyte)), filePart('123')]), 'MaxPostPreDataLengthExceeded'],
      [
        postOfParts(bucket, [...signedParts({ 'x-ignore': ' '.repeat(20 * 1024) }), filePart('123')]),
        'MaxPostPreDataLengthExceeded',
      ],
      [
        postOfParts(bucket, [part('key', 'k', `; x="${'y'.repeat(mebibyte)}"`), filePart('123')]),
        'MalformedPOSTRequest',
      ],
      [postOfParts(bucket, ['\r\n'.repeat(mebibyte), ...signedParts(), filePart('123')]), 'MalformedPOSTRequest'],
      [postOfParts(bucket, [...signedParts(), filePart('123', 'f'.repeat(mebibyte))]), 'MalformedPOSTRequest'],
      [
        postOfParts(bucket, [...signedParts(), filePart('123'), part('submit', 'x'.repeat(16 * mebibyte))]),
        'MalformedPOSTRequest',
      ],
    ]
    for (const [request, code] of large) await refuses(server, request, 400, code)
    const start = residentSize(server.pid)
    // At the same time, so that what the server kept of them would add up.
    const [largest] = large[2]!
    const same = { ...largest, body: Buffer.from(String(largest.body)) }
    const code = 'MaxPostPreDataLengthExceeded'
    await Promise.all(Array.from({ length: 16 }, () => refuses(server, same, 400, code)))
    const end = residentSize(server.pid)
    if (start !== undefined && end !== undefined)
      assert.ok(end - start < 100 * mebibyte, `${(end - start) / mebibyte} MiB more for 256 MiB sent`)
    await assertNothingKept()
  },
)

test('security 19: what breaks off, or is no form, is 400', { skip }, async () => {
  const { server } = accounts
  const whole = postOfParts(bucket, [...signedParts(), filePart('123')])
  const body = String(whole.body)
  for (const size of [0, 2, 40, 100, 1000, body.length - 60, body.length - 6, body.length - 4])
    await refuses(server, { ...whole, body: body.slice(0, size) }, 400, 'MalformedPOSTRequest')
  for (const type of [
    'multipart/form-data',
    'multipart/form-data; boundary=',
    'multipart/form-data; boundary="a\r',
    'multipart/form-data; boundary=other',
  ])
    await refuses(server, { ...whole, headers: { 'content-type': type.trim() } }, 400, 'MalformedPOSTRequest')
  await assertNothingKept()
})

const paths: readonly (readonly [fileName: string, key: string])[] = [
  ['../../x', 'user/a/x'],
  ['..\\..\\x', 'user/a/x'],
  ['/etc/passwd', 'user/a/passwd'],
  ['C:\\Windows\\x', 'user/a/x'],
  ['..', 'user/a/..'],
  ['%2e%2e%2fx', 'user/a/%2e%2e%2fx'],
  ['..%c0%afx', 'user/a/..%c0%afx'],
  ['<script>', 'user/a/<script>'],
  ['x;y=z', 'user/a/x;y=z'],
]
for (const [fileName, key] of paths) {
  test(`security 20: a file called ${fileName} is stored as ${key}, which is only text`, { skip }, async () => {
    const { server } = accounts
    const named = signForm(
      server,
      { key: 'user/a/${filename}', success_action_status: '201' },
      { conditions: [...conditions, { success_action_status: '201' }] },
    )
    const { text } = await succeeds(server, postForm(bucket, named, '123', fileName))
    assert.ok(!text.includes('<script>'))
    assert.deepEqual(await keysIn(server, bucket), [key])
    // Raw, so that no client resolves the dots.
    const path = `/${bucket}/${escapeKey(key)}`
    assert.equal((await succeeds(server, { path })).text, '123')
    await succeeds(server, { method: 'DELETE', path })
  })
}

test('security 20: a key of a form that is a path is only text, in its own bucket', { skip }, async () => {
  const { server } = accounts
  for (const key of ['../x', `../${other}/x`, '/x', 'a//../x', '..']) {
    const signed = signForm(server, { key }, { conditions: [{ bucket }, ['starts-with', '$key', '']] })
    await succeeds(server, postForm(bucket, signed, key))
    assert.deepEqual(await keysIn(server, bucket), [key])
    assert.deepEqual(await keysIn(server, other), [])
    await succeeds(server, { method: 'DELETE', path: `/${bucket}/${escapeKey(key)}` })
  }
})

test('security 39: a line end in a field of a form is in no header of an answer', { skip }, async () => {
  const { server } = accounts
  const any = (name: string): readonly unknown[] => ['starts-with', `$${name}`, '']
  for (const name of [
    'x-amz-meta-a',
    'Content-Type',
    'Cache-Control',
    'Content-Disposition',
    'success_action_redirect',
  ]) {
    for (const ends of ['\r\n', '\n', '\r', '\0']) {
      const value = `https://a.example/${ends}X-Injected: 1`
      const signed = signForm(server, { key: 'k', [name]: value }, { conditions: [{ bucket }, any('key'), any(name)] })
      const answer = await send(server, postForm(bucket, signed, 'x'))
      assert.equal(answer.headers['x-injected'], undefined)
      assert.equal(answer.status, name === 'success_action_redirect' ? 204 : 400, `${name}: ${answer.text}`)
    }
  }
  await succeeds(server, { method: 'DELETE', path: `/${bucket}/k` })
})

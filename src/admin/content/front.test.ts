import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { makeContent } from './test-bed.ts'

const deny = (Action: string, Resource = '*') =>
  JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Deny', Action, Resource }] })

describe('a preview', () => {
  test('is of the key alone, sandboxed, of every origin’s, and kept by nobody', async () => {
    const { put, link, follow } = await makeContent()
    await put('a b/pic ture.png', 'bytes', 'image/png')
    const { status, headers, text, served } = await follow(await link({ key: 'a b/pic ture.png', as: 'preview' }))
    assert.deepEqual([status, text], [200, 'bytes'])
    assert.deepEqual(headers, {
      'content-length': '5',
      'accept-ranges': 'bytes',
      etag: '"4b3a6218bb3e3a7303e8a171a60fcf92"',
      'last-modified': headers['last-modified'],
      'content-type': 'image/png',
      'content-disposition': `inline; filename="pic ture.png"; filename*=UTF-8''pic%20ture.png`,
      'content-security-policy':
        "sandbox; default-src 'none'; img-src 'self' data:; media-src 'self'; style-src 'unsafe-inline'; frame-ancestors https://api.s3.test",
      'access-control-allow-origin': '*',
      'access-control-expose-headers': headers['access-control-expose-headers'],
      'cache-control': 'private, no-store',
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cross-origin-resource-policy': 'cross-origin',
      'x-request-id': '0123456789ABCDEF',
    })
    assert.deepEqual(
      [served?.operation, served?.bucket?.name, served?.key, served?.countedAs, served?.errorCode],
      ['GetContent', 'photos', 'a b/pic ture.png', 's3', undefined],
    )
  })

  test('security 50: what would do something is shown as text, or is a file to keep', async () => {
    const { put, link, follow } = await makeContent()
    for (const [key, type, shown, bytes = '<script>alert(1)</script>'] of [
      ['a.html', 'text/html', 'text/plain; charset=utf-8'],
      ['a.html', undefined, 'text/plain; charset=utf-8'],
      ['a', 'TEXT/HTML; charset=utf-16', 'text/plain; charset=utf-8'],
      ['a', 'application/xhtml+xml', 'text/plain; charset=utf-8'],
      ['a', 'text/xml', 'text/plain; charset=utf-8'],
      ['a.js', 'text/javascript', 'text/plain; charset=utf-8'],
      ['a.json', 'application/json', 'text/plain; charset=utf-8'],
      ['a.m3u8', 'application/vnd.apple.mpegurl', 'text/plain; charset=utf-8'],
      ['a.svg', 'image/svg+xml', 'image/svg+xml'],
      ['a.mp4', undefined, 'video/mp4'],
      ['a.mp3', 'audio/mpeg', 'audio/mpeg'],
      ['a.png', 'image/png; a=b', 'image/png'],
      ['a.wasm', undefined, undefined],
      ['a', 'application/x-anything', undefined],
      ['a', 'image/png\u00e4', undefined],
      ['a.pdf', 'application/pdf', undefined],
      ['a.pdf', undefined, 'application/pdf', '%PDF-1.7 …'],
      ['a.png', 'application/pdf', 'application/pdf', '%PDF-1.7 …'],
      ['empty.pdf', undefined, undefined, ''],
    ] as const) {
      await put(key, bytes, type)
      const path = await link({ key, as: 'preview' })
      for (const method of ['GET', 'HEAD']) {
        const { status, headers, text } = await follow(path, {}, method)
        const told = `${method} ${key} as ${type}: ${JSON.stringify(headers)}`
        assert.equal(status, 200, told)
        assert.equal(headers['content-type'], shown ?? 'application/octet-stream', told)
        assert.equal(headers['content-disposition']!.split(';')[0], shown === undefined ? 'attachment' : 'inline', told)
        const policy = headers['content-security-policy']!
        assert.equal(policy.startsWith('sandbox;'), shown !== 'application/pdf', told)
        assert.match(policy, /default-src 'none'/, told)
        assert.equal(headers['content-length'], String(Buffer.byteLength(bytes)), told)
        assert.equal(text, method === 'HEAD' ? '' : bytes, told)
      }
    }
  })

  test('has ranges and conditions as GetObject has them', async () => {
    const { put, link, follow } = await makeContent()
    await put('a.txt', '0123456789')
    const path = await link({ key: 'a.txt', as: 'preview' })
    const part = await follow(path, { range: 'bytes=2-4' })
    assert.deepEqual([part.status, part.text, part.headers['content-range']], [206, '234', 'bytes 2-4/10'])
    const { headers } = await follow(path)
    const known = await follow(path, { 'if-none-match': headers['etag']! })
    assert.deepEqual([known.status, known.text, known.headers['etag']], [304, '', headers['etag']])
    assert.equal(known.served?.errorCode, undefined)
    assert.equal((await follow(path, { 'if-match': '"other"' })).status, 412)
    assert.equal((await follow(path, { range: 'bytes=10-' })).status, 416)
    const whole = await follow(path, { range: 'bytes=2-4', 'if-range': '"other"' })
    assert.deepEqual([whole.status, whole.text], [200, '0123456789'])
  })

  test('of a version is of that version', async () => {
    const { put, link, follow, done } = await makeContent()
    await done('PUT /v1/buckets/photos/settings/versioning', { body: { Status: 'Enabled' } })
    const version_id = (await put('a.txt', 'before')).pick('version_id')
    await put('a.txt', 'after')
    assert.equal((await follow(await link({ key: 'a.txt', version_id, as: 'preview' }))).text, 'before')
    assert.equal((await follow(await link({ key: 'a.txt', as: 'preview' }))).text, 'after')
  })

  test('of any key: hostile ones too', async () => {
    const { put, link, follow } = await makeContent()
    for (const key of [
      ...['..', '.', '../..', 'a/../b', '/', '//', 'a//b', 'a/', ' a ', 'a%2Fb', '%', 'a?b#c', '~content/x', 'a\\b'],
      ...[
        '<img src=x onerror=alert(1)>',
        '"; filename="x.exe',
        'a\u202egpj.exe',
        '\u0001\u001f',
        '␀␤',
        'é'.repeat(512),
      ],
    ]) {
      await put(key, key)
      for (const as of ['preview', 'player', 'download']) {
        const path = await link({ key, as })
        // As a browser sends it.
        assert.equal(new URL(path, 'https://uc.test').pathname, path, key)
        const { status, bytes, headers } = await follow(path)
        assert.deepEqual([status, bytes.toString()], [200, key], `${as} ${JSON.stringify(key)}`)
        assert.match(
          headers['content-disposition']!,
          /^(inline|attachment); filename="[ !#-[\]-~]+"; filename\*=UTF-8''[\w.~%$&+^`|#-]+$/,
        )
      }
    }
  })
})

test('a download is a file of the key’s last name, whatever it is', async () => {
  const { put, link, follow } = await makeContent()
  for (const [key, name] of [
    ['films/Größe 1.mp4', `filename="Gr__e 1.mp4"; filename*=UTF-8''Gr%C3%B6%C3%9Fe%201.mp4`],
    ['a/..', `filename="__"; filename*=UTF-8''__`],
    ['x\r\nset-cookie: a', `filename="x__set-cookie_ a"; filename*=UTF-8''x__set-cookie_%20a`],
    ['a\u202egpj.exe', `filename="a_gpj.exe"; filename*=UTF-8''a_gpj.exe`],
  ] as const) {
    await put(key, 'x', 'text/html')
    const { headers } = await follow(await link({ key, as: 'download' }))
    assert.equal(headers['content-disposition'], `attachment; ${name}`)
    assert.equal(headers['content-type'], 'application/octet-stream')
    assert.match(headers['content-security-policy']!, /^sandbox;/)
  }
})

test('a player gets what stands in the folder of its playlist, as players take it, and nothing else', async () => {
  const { put, link, follow } = await makeContent()
  await put('film/hd/master.m3u8', '#EXTM3U')
  await put('film/hd/1/seg.ts', 'ts')
  await put('film/hd/sub.vtt', 'WEBVTT')
  await put('film/hd/evil.html', '<script>', 'text/html')
  await put('film/secret', 'secret')
  const path = await link({ key: 'film/hd/master.m3u8', as: 'player' })
  const at = (relative: string) => new URL(relative, `https://uc.test${path}`).pathname
  const types: Record<string, string | undefined> = {}
  for (const relative of ['', '1/seg.ts', 'sub.vtt', 'evil.html']) {
    const { status, headers } = await follow(at(relative))
    assert.equal(status, 200, relative)
    types[relative] = headers['content-type']
  }
  assert.deepEqual(types, {
    '': 'application/vnd.apple.mpegurl',
    '1/seg.ts': 'video/mp2t',
    'sub.vtt': 'text/vtt',
    'evil.html': 'text/plain; charset=utf-8',
  })
  for (const outside of ['../secret', '/~content/x/film/secret']) assert.equal((await follow(at(outside))).status, 403)
  const ticketEnd = path.indexOf('/film')
  assert.equal((await follow(`${path.slice(0, ticketEnd)}/film%2Fsecret`)).status, 403)
  assert.equal((await follow(at('none.ts'))).status, 404)
})

test('pages of other origins may ask before they ask', async () => {
  const { link, follow, put } = await makeContent()
  await put('a', 'x')
  const { status, headers } = await follow(
    await link({ key: 'a', as: 'player' }),
    { origin: 'https://x.test' },
    'OPTIONS',
  )
  assert.equal(status, 204)
  assert.match(headers['access-control-allow-headers']!, /\brange\b/)
  assert.deepEqual(
    [headers['access-control-allow-origin'], headers['access-control-allow-credentials']],
    ['*', undefined],
  )
  const post = await follow(await link({ key: 'a', as: 'player' }), {}, 'POST')
  assert.deepEqual([post.status, post.headers['allow']], [405, 'GET, HEAD, OPTIONS'])
})

describe('a ticket is refused, as text in a sandbox,', () => {
  const refused = async (
    shown: Promise<{ status: number; headers: Readonly<Record<string, string>>; text: string }>,
    status = 403,
  ) => {
    const { headers, text, ...rest } = await shown
    assert.equal(rest.status, status, text)
    assert.equal(headers['content-type'], 'text/plain; charset=utf-8')
    assert.match(headers['content-security-policy']!, /^sandbox; default-src 'none'/)
    assert.equal(headers['cache-control'], 'private, no-store')
    assert.doesNotMatch(text, /secret/)
  }

  async function withLink(as = 'preview') {
    const bed = await makeContent()
    await bed.put('a', 'secret')
    await bed.put('ab', 'secret')
    const path = await bed.link({ key: 'a', as })
    assert.equal((await bed.follow(path)).text, 'secret')
    return { ...bed, path, ticket: path.split('/')[2]! }
  }

  test('when it has expired', async () => {
    for (const [as, hours] of [
      ['preview', 12],
      ['download', 1],
    ] as const) {
      const { follow, path, time, headersOf, send } = await withLink(as)
      // The session is used on, and lasts.
      for (let hour = 0; hour < hours; hour++) {
        assert.equal((await follow(path)).status, 200, `${as} after ${hour} hours`)
        time.now += 3_600_000
        const { cookie } = await headersOf('session')
        await send('GET /v1/me', { as: 'nobody', headers: { cookie: cookie! } })
      }
      time.now += 1000
      await refused(follow(path))
    }
  })

  test('when the session was signed out, though others of the user are open', async () => {
    const { follow, path, services, users, send } = await withLink()
    const [session] = await services.sessions.list(users.olga.id)
    const other = await services.sessions.open(users.olga.id, users.olga.accountId, { address: '', agent: '' })
    await services.sessions.closeById(users.olga.id, session!.id)
    await refused(follow(path))
    assert.notEqual(await services.sessions.find(other.token.reveal()), undefined)
    assert.equal((await send('GET /v1/me', { as: 'owner' })).status, 200)
  })

  test('when the session has lain unused for too long', async () => {
    const { follow, path, time } = await withLink()
    time.now += 12 * 3_600_000
    await refused(follow(path))
  })

  test('when the user was deleted, changed its role, or was given a policy that denies it', async () => {
    for (const change of [
      (bed: Awaited<ReturnType<typeof withLink>>) => bed.services.accounts.users.delete(bed.users.olga.id),
      (bed: Awaited<ReturnType<typeof withLink>>) =>
        bed.done('PUT /v1/users/olga', { as: 'owner', body: { role: 's3.bucket.user' } }),
      (bed: Awaited<ReturnType<typeof withLink>>) =>
        bed.done('PUT /v1/users/olga/policies/p', {
          body: JSON.parse(deny('s3:GetObject', 'arn:aws:s3:::photos/a')) as object,
        }),
    ]) {
      const bed = await withLink()
      await change(bed)
      await refused(bed.follow(bed.path))
    }
  })

  test('for another key, another ticket’s key, nothing, and what is no path', async () => {
    const { follow, ticket } = await withLink()
    for (const rest of ['ab', 'A', 'a/', 'a%00', 'a%', 'b', '%61%62'])
      await refused(follow(`/~content/${ticket}/${rest}`), /%(00|$)/.test(rest) ? 400 : 403)
    for (const path of [`/~content/${ticket}`, '/~content/', '/~content//a', `/~content/x/${ticket}/a`])
      await refused(follow(path))
    assert.equal((await follow(`/~content/${ticket}/%61`)).status, 200)
  })

  test('for another bucket that has come by the name', async () => {
    const { follow, path, services, accountIds, done } = await withLink()
    await done('POST /v1/buckets/photos/objects/delete', { body: { objects: [{ key: 'a' }, { key: 'ab' }] } })
    await done('DELETE /v1/buckets/photos')
    await refused(follow(path), 404)
    await services.buckets.create({ name: 'photos', accountId: accountIds.alpha, region: 'us-east-1' })
    await refused(follow(path), 404)
  })

  test('when a bit of it was changed, or it is another kind of token', async () => {
    const { follow, ticket, headersOf, services, accountIds } = await withLink()
    const [head = '', payload = '', signature = ''] = ticket.split('.')
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as Record<string, unknown>
    const forged = (changed: object) => Buffer.from(JSON.stringify({ ...claims, ...changed })).toString('base64url')
    const none = Buffer.from('{"alg":"none","typ":"content-ticket+jwt"}').toString('base64url')
    const apiKey = await services.apiKeys.create(accountIds.alpha, 'k', { role: 'owner' })
    for (const other of [
      `${head}.${forged({ key: Buffer.from('ab').toString('base64url') })}.${signature}`,
      `${head}.${forged({ exp: 9_999_999_999 })}.${signature}`,
      `${head}.${payload}.${signature.startsWith('A') ? 'B' : 'A'}${signature.slice(1)}`,
      `${head}.${payload}.`,
      `${none}.${payload}.`,
      await services.accessTokens.issue(apiKey),
      'x'.repeat(5000),
      '..',
    ]) {
      await refused(follow(`/~content/${other}/a`))
    }
    // Nor does the session's cookie help.
    await refused(follow('/~content/x/a', await headersOf('session')))
  })

  test('by the management API, in place of an access token', async () => {
    const { send, ticket } = await withLink()
    const { outcome } = await send('GET /v1/me', { as: 'nobody', headers: { authorization: `Bearer ${ticket}` } })
    assert.equal(outcome, '401 Unauthorized')
  })
})

test('no cookie opens anything, and none is set', async () => {
  const { follow, put, link, headersOf } = await makeContent()
  await put('a', 'x')
  const path = await link({ key: 'a', as: 'preview' })
  const { headers } = await follow(path, await headersOf('session'))
  assert.equal(headers['set-cookie'], undefined)
})

describe('a link is not made', () => {
  test('for who has no session, nor for what cannot be read or is not there', async () => {
    const { send, put } = await makeContent()
    await put('a', 'x')
    const line = 'POST /v1/buckets/photos/content-links'
    const outcome = async (body: object, as: 'session' | 'owner' = 'session') =>
      (await send(line, { as, body })).outcome
    assert.equal(await outcome({ key: 'a', as: 'preview' }, 'owner'), '403 AccessDenied')
    assert.equal(await outcome({ key: 'none', as: 'preview' }), '404 NoSuchKey')
    assert.equal(await outcome({ prefix: 'a', as: 'preview' }), '400 InvalidArgument')
    assert.equal(await outcome({ key: 'a', as: 'archive' }), '400 InvalidArgument')
    assert.equal(await outcome({ key: 'a', prefix: '', as: 'archive' }), '400 InvalidArgument')
    assert.equal(await outcome({ as: 'download' }), '400 InvalidArgument')
    assert.equal(await outcome({ key: 'é'.repeat(513), as: 'download' }), '400 KeyTooLongError')
    await send('PUT /v1/users/olga/policies/p', { body: JSON.parse(deny('s3:GetObject')) as object })
    assert.equal(await outcome({ key: 'a', as: 'preview' }), '403 AccessDenied')
  })
})

/** Attacks on what delivery keeps in memory (cases 46 to 48): that it gives out what it must not, or takes in what others are given then. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { carrying, comeBy, openConnection, tokenOf, ways, type Answer } from '../harness/delivery.ts'
import { assertRefused, everywhere, inSeconds, openWorld, skip, wholeToken, type World } from './delivery-world.ts'

let world: World
before(async () => {
  if (skip === false) world = await openWorld()
})
after(() => world?.stop())

test(
  'security 46: what authorised requests have put into every cache is nobody’s without a token, by no name',
  { skip },
  async () => {
    const token = wholeToken(world)
    const elsewhere = tokenOf(world.vaultKey, { uri: '/nowhere', exp: inSeconds(600) })
    const neighbours = tokenOf(world.neighbourKey, { uri: '' })
    const coded = ['gzip', 'br', 'gzip, br;q=0.5']
    const asked = ['private/x', 'private/long.txt', 'private/list.m3u8']
    await everywhere(world, async ({ host, root, what, turn, turns }, { ask }) => {
      for (const key of asked)
        for (const way of ['query', 'path', 'cookie'] as const)
          for (let again = 0; again < 3; again++) {
            const { target, headers = {} } = carrying(way, root, key, token)
            for (const more of [
              {},
              { range: 'bytes=0-3' },
              ...coded.map((coding) => ({ 'accept-encoding': coding })),
            ] as Record<string, string>[]) {
              const { status } = await ask({ host, target, headers: { ...headers, ...more } })
              assert.ok(status === 200 || status === 206, `${what}: ${status}`)
            }
            await ask({ method: 'HEAD', host, target, headers })
          }
      const warm = await ask({ host, ...carrying('query', root, 'private/x', token) })
      assert.equal(warm.headers['cache-status'], 'entrepot; hit', what)

      const suffixes = [
        '',
        ';.css',
        '%00.css',
        '/.css',
        '?cb=1',
        '.css',
        '/x.css',
        '%3b.css',
        '%3f.css',
        '%23.css',
        '%0a.css',
        '?auth=',
        '?auth',
        '?&auth=',
        '?AUTH=1',
        '?.css',
        '/',
      ]
      const targets = asked.flatMap((key) => [
        ...suffixes.map((suffix) => `${root}${key}${suffix}`),
        `${root}${key.replace('x', '%78').replace('long', '%6cong')}`,
        `${root}~auth=/${key}`,
        `${root}~auth/${key}`,
        `${root}static/../${key}`,
        `${root}static/..%2f${key}`,
        `/${root}${key}`,
        `${root}${key}?auth=${elsewhere}`,
        `${root}~auth=${neighbours}/${key}`,
      ])
      // The plain one by each protocol; by the others they take turns.
      const mine = targets.filter((target, index) => target === `${root}private/x` || index % turns === turn)
      for (const target of mine) {
        const variants: readonly (readonly [string, Readonly<Record<string, string>>])[] = [
          ['GET', {}],
          ['HEAD', {}],
          ['GET', { range: 'bytes=0-3' }],
          ['GET', { range: 'bytes=0-1,3-4' }],
          ['GET', { 'accept-encoding': 'br' }],
          ['GET', { 'if-none-match': String(warm.headers['etag']) }],
          ['GET', { cookie: `auth=${elsewhere}` }],
          ['GET', { authorization: `Bearer ${token}` }],
          ['GET', { referer: `http://${host}${root}private/x?auth=${token}` }],
        ]
        for (const [method, headers] of variants) {
          const answer = await ask({ method, host, target, headers })
          const name = `${method} ${target} ${JSON.stringify(headers).slice(0, 60)}; ${what}`
          assertRefused(answer, name, [403, 400, 404])
          // Only what is no path of the bucket at all may be told to be nowhere.
          if (answer.status === 404) assert.ok(target.startsWith('//') && root !== '/', name)
        }
      }
    })
  },
)

test(
  'security 47: what a request says of itself changes neither its answer nor what others get',
  { skip },
  async () => {
    const token = wholeToken(world)
    const { open, vault, neighbour, server } = world
    const other = `${neighbour}.media-storage.${server.region}.${server.domain}`
    const headers: readonly Readonly<Record<string, string>>[] = [
      ...[other, 'evil.example', `evil.example:1`, `${vault}.evil.example`].flatMap((host) => [
        { 'x-forwarded-host': host },
        { 'x-host': host },
        { 'x-forwarded-server': host },
        { forwarded: `host=${host};proto=http` },
        { 'x-forwarded-host': host, 'x-forwarded-proto': 'http', 'x-forwarded-port': '1' },
      ]),
      ...['/private/y/z', '/hello', `/${neighbour}/a`].flatMap((path) => [
        { 'x-original-url': path },
        { 'x-rewrite-url': path },
        { 'x-forwarded-prefix': path },
        { 'x-forwarded-uri': path, 'x-original-uri': path, 'x-forwarded-path': path },
      ]),
      ...['DELETE', 'PUT', 'OPTIONS', 'HEAD'].map((method) => ({
        'x-http-method-override': method,
        'x-http-method': method,
        'x-method-override': method,
      })),
      { 'x-forwarded-for': '10.0.0.1', 'cf-ipcountry': 'DE', 'x-forwarded-ssl': 'on', 'front-end-https': 'on' },
      { 'x-forwarded-proto': 'http' },
      { pragma: 'no-cache', 'cache-control': 'no-cache', 'content-type': 'application/x-www-form-urlencoded' },
      { accept: 'text/html', 'accept-language': 'de', 'user-agent': '<script>', via: '1.1 evil' },
      { 'x-amz-copy-source': `/${neighbour}/a`, 'x-amz-meta-a': 'b' },
    ]
    await everywhere(world, async ({ host, root, what }, { ask }) => {
      const clean = async (key: string) => {
        const { status, text, headers: got } = await ask({ host, ...carrying('query', root, key, token) })
        return { status, text, type: got['content-type'], location: got['location'], etag: got['etag'] }
      }
      const keys = ['private/x', 'private/list.m3u8']
      const before = await Promise.all(keys.map(clean))
      for (const said of headers) {
        for (const [index, key] of keys.entries()) {
          const name = `${key} ${JSON.stringify(said)}; ${what}`
          const poisoned = await ask({ host, ...carrying('query', root, key, token), headers: said })
          assert.deepEqual([poisoned.status, poisoned.text], [before[index]!.status, before[index]!.text], name)
          assert.doesNotMatch(`${JSON.stringify(poisoned.headers)}${poisoned.text}`, /evil/, name)
          assertRefused(await ask({ host, target: root + key, headers: said }), `without a token, ${name}`)
        }
      }
      // A body with a GET means nothing, and what follows it on the connection is understood.
      for (const body of [`auth=${wholeToken(world)}`, '{"auth":"x"}', 'GET /hello HTTP/1.1\r\nHost: a\r\n\r\n']) {
        const form = { 'content-type': 'application/x-www-form-urlencoded' }
        assertRefused(await ask({ host, target: `${root}private/x`, headers: form, body }), `a fat GET: ${what}`)
        const fat = await ask({ host, ...carrying('query', root, 'private/x', token), headers: form, body })
        assert.deepEqual([fat.status, fat.text], [200, 'secret x'], what)
      }
      assert.deepEqual(await Promise.all(keys.map(clean)), before, `afterwards: ${what}`)
    })
    // Neither does what is public become what is private, nor the other way round.
    for (const said of headers) {
      await everywhere({ server, sites: world.sites.slice(1, 3) }, async ({ host }, { ask }) => {
        const { status, text } = await ask({ host, target: `/${open}/hello`, headers: said })
        assert.deepEqual([status, text], [200, 'hello'], JSON.stringify(said))
      })
    }
  },
)

test('security 47: of several tokens the first counts, and a host is the same in any spelling', { skip }, async () => {
  const token = wholeToken(world)
  const bad = tokenOf(world.neighbourKey, { uri: '' })
  await everywhere(world, async ({ host, root, what }, { ask }) => {
    const rows: readonly (readonly [target: string, cookie: string | undefined, status: number])[] = [
      [`${root}a?auth=${token}&auth=${bad}`, undefined, 200],
      [`${root}a?auth=${bad}&auth=${token}`, undefined, 403],
      [`${root}a?auth[]=${token}`, undefined, 403],
      [`${root}a?Auth=${token}`, undefined, 403],
      [`${root}a?xauth=${token}`, undefined, 403],
      [`${root}a?x=1;auth=${token}`, undefined, 403],
      [`${root}a?auth=${bad}`, `auth=${token}`, 403],
      [`${root}~auth=${bad}/a`, `auth=${token}`, 403],
      [`${root}~auth=${bad}/a?auth=${token}`, undefined, 200],
      [`${root}~auth=${token}/~auth=${token}/a`, undefined, 404],
      [`${root}a`, `auth=${bad}; auth=${token}`, 403],
      [`${root}a`, `other=auth=${token}`, 403],
      [`${root}a`, `AUTH=${token}`, 403],
      [`${root}a`, `x=1;auth=${token}; y=2`, 200],
    ]
    for (const [target, cookie, expected] of rows) {
      const answer = await ask({ host, target, headers: cookie === undefined ? {} : { cookie } })
      const name = `${target.replaceAll(token, 'GOOD').replaceAll(bad, 'BAD')} ${cookie?.slice(0, 20)}; ${what}`
      assert.equal(answer.status, expected, `${name}: ${answer.text}`)
      if (expected === 403) assertRefused(answer, name)
    }
    const [name = '', port] = host.split(':')
    const spellings = [
      name,
      `${name}.`,
      `${name}.:${port}`,
      name.toUpperCase(),
      `${name}:1`,
      `${name}:`,
      `${name}:65535`,
    ]
    for (const spelling of spellings) {
      if (/^[\d.]+\.(?::|$)/.test(spelling)) continue
      const { status, text } = await ask({ host: spelling, ...carrying('query', root, 'a', token) })
      assert.deepEqual([status, text], [200, 'secret a'], `${spelling}; ${what}`)
      assertRefused(await ask({ host: spelling, target: `${root}a` }), `${spelling}; ${what}`)
    }
    for (const spelling of [
      `${name}:x`,
      `${name}:99999`,
      `${name}@evil.example`,
      `evil.example/${name}`,
      `${name} evil`,
      `${name},evil.example`,
    ]) {
      // HTTP/2 resets the stream.
      const refused = await ask({ host: spelling, ...carrying('query', root, 'a', token) }).catch(() => ({
        status: 400,
      }))
      assert.equal(refused.status, 400, spelling)
    }
  })
})

test(
  'security 48: what a token opened a moment ago is refused, and no HIT, once it has expired',
  { skip },
  async () => {
    const exp = Date.now() / 1000 + 2.5
    const token = tokenOf(world.vaultKey, { uri: '', exp })
    const keys = ['a', 'private/long.txt', 'private/list.m3u8']
    const seen: { ask: () => Promise<Answer>; name: string }[] = []
    const closing: (() => void)[] = []
    try {
      for (const site of world.sites)
        for (const over of site.over) {
          const host = site.hostOver(over)
          const connection = openConnection(world.server, over, host.replace(/:\d+$/, ''))
          closing.push(() => connection.close())
          for (const key of keys)
            for (const way of ways)
              seen.push({
                ask: () => comeBy(connection, way, { host, root: site.root }, key, token),
                name: `${key}; ${site.what}, ${over}, by ${way}`,
              })
        }
      let hits = 0
      const lastSeconds: number[] = []
      for (const { ask, name } of seen) {
        if (Date.now() / 1000 > exp - 0.3) break
        await ask()
        const { status, headers, text } = await ask()
        if (Date.now() / 1000 >= exp) break
        assert.equal(status, 200, `${name}: ${text}`)
        if (headers['cache-status'] === 'entrepot; hit') hits++
        // Nobody keeps it for longer than the token is good for.
        lastSeconds.push(Number(/max-age=(\d+)/.exec(headers['cache-control'] ?? '')?.[1]))
        assert.match(headers['cache-control'] ?? '', /private/)
      }
      assert.ok(hits > seen.length / 4, `${hits} of ${seen.length} came from memory`)
      assert.ok(Math.max(...lastSeconds) <= 2, `${Math.max(...lastSeconds)} s`)
      await sleep(Math.max(0, exp * 1000 - Date.now() + 20))
      for (const { ask, name } of seen) {
        const answer = await ask()
        assertRefused(answer, name)
        assert.equal(answer.headers['x-entrepot-refusal'], 'expired', name)
      }
    } finally {
      for (const close of closing) close()
    }
  },
)

test(
  'what is private is not shown by the name of its bucket in a path, in another region or on a host of S3',
  { skip },
  async () => {
    const { server, sites, vault } = world
    const token = wholeToken(world)
    const [ofBucket, , ofDelivery] = sites
    await everywhere({ server, sites: [ofBucket!, ofDelivery!] }, async ({ what }, { ask }) => {
      const hosts = [
        `${vault}.media-storage.eu-west-1.${server.domain}`,
        `${vault}.media-storage.${server.domain}`,
        `x.${vault}.media-storage.${server.region}.${server.domain}`,
      ]
      for (const host of hosts) {
        const answer = await ask({ host, target: `/a?auth=${token}` })
        assertRefused(answer, `${host}; ${what}`, [404])
      }
    })
  },
)

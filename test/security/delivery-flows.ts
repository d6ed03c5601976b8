/** Requests that bear secrets, in every place of a request that one may stand in, for a search of what the server keeps of them. */
import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { ask, byS3, comeBy, minted, tokenOf, ways } from '../harness/delivery.ts'
import { cli, request } from '../harness/management.ts'
import { presign, send } from '../harness/request.ts'
import { everywhere, inSeconds, signatureOf, wholeToken, type World } from './delivery-world.ts'

/**
 * All that has a secret in it, wherever a client may have put it, as it should and as it should not. Gives what was secret besides tokens,
 * which `minted` has.
 */
export async function everyFlow(world: World): Promise<string[]> {
  const { server, vault, vaultKey, apiKey, sites } = world
  const token = wholeToken(world)
  const refused = [
    tokenOf(vaultKey, { uri: '/elsewhere' }),
    tokenOf(vaultKey, { uri: '', exp: inSeconds(-99) }),
    tokenOf(world.foreignKey, { uri: '' }),
    `${token.slice(0, -4)}AAAA`,
  ]
  minted.push(...refused)
  const escapes = (text: string): string[] => {
    const all = Buffer.from(text).toString('hex').replaceAll(/../g, '%$&')
    return [
      text,
      text.replaceAll('.', '%2E'),
      text.replace('e', '%65'),
      all.length < 4000 ? all : text,
      text.replaceAll('.', '%252E'),
    ]
  }
  await everywhere(world, async ({ host, root }, { ask: askHere }) => {
    for (const each of [token, ...refused])
      for (const way of ways) await comeBy({ ask: askHere }, way, { host, root }, 'private/long.txt', each)
    for (const written of escapes(token))
      for (const target of [
        `${root}private/x?auth=${written}`,
        `${root}private/x?%61uth=${written}`,
        `${root}private/x?a=b&auth=${written}&c=d`,
        `${root}private/x?AUTH=${written}`,
        `${root}private/x?token=${written}&jwt=${written}`,
        `${root}private/x?${written}`,
        `${root}private/x;auth=${written}`,
        `${root}~auth=${written}/private/list.m3u8`,
        `${root}%7Eauth%3D${written}/private/x`,
        `${root}~auth=${written}`,
        `${root}deeper/~auth=${written}/private/x`,
        `${root}~auth?auth=${written}&to=${encodeURIComponent(`${root}~auth=${written}/private/x`)}`,
        `${root}~auth?to=${encodeURIComponent(`${root}private/x?auth=${written}`)}`,
        `${root}${written}`,
        `/v1/access_token/${apiKey}`,
        `${root}v1/access_token/${apiKey}`,
      ])
        await askHere({ host, target }).catch(() => undefined)
    const headers = [
      { referer: `https://${host}${root}private/x?auth=${token}`, 'user-agent': `player ${token}` },
      { referer: `https://${host}${root}~auth=${token}/x`, origin: `https://${token}` },
      { authorization: `Bearer ${token}`, 'x-auth': token, cookie: `other=${token}` },
      {
        'x-forwarded-for': token,
        forwarded: `for=${token}`,
        'x-request-id': token,
        traceparent: `00-${'1'.repeat(32)}-${'2'.repeat(16)}-01`,
      },
      { 'if-none-match': `"${token}"`, range: token, tracestate: token },
    ] as readonly Record<string, string>[]
    for (const more of headers) {
      await askHere({ host, target: `${root}private/x`, headers: more })
      await askHere({ host, target: `${root}private/x?auth=${token}`, headers: more })
      await askHere({ method: 'OPTIONS', host, target: `${root}private/x?auth=${token}`, headers: more })
      await askHere({ method: 'DELETE', host, target: `${root}private/x?auth=${token}`, headers: more })
    }
  })
  const origin = sites[0]!.hostOver('tls').replace(vault + '.', `${signatureOf(token).slice(0, 50)}.`)
  await ask(server, 'tls', { host: origin, target: `/a?auth=${token}` })
  return [...(await managementFlows(world, token)), ...(await s3Flows(world, token))]
}

async function managementFlows(world: World, token: string): Promise<string[]> {
  const { server, management, vault, apiKey } = world
  const secrets: string[] = []
  const api = { host: `api-cdn.${server.domain}` }
  for (const over of ['tls', 'h2'] as const) {
    const answer = await ask(server, over, { ...api, method: 'POST', target: `/v1/access_token/${apiKey}` })
    minted.push((JSON.parse(answer.text) as { access_token: string }).access_token)
    for (const target of [
      `/v1/access_token/${apiKey}/x`,
      `/v1//access_token/${apiKey}`,
      `/V1/ACCESS_TOKEN/${apiKey}`,
      `/v1/access_token?api_key=${apiKey}`,
      `/v1/buckets/${apiKey}`,
    ])
      for (const method of ['GET', 'POST']) await ask(server, over, { ...api, method, target })
    const authorization = `Bearer ${management.token}`
    for (const target of [
      '/v1/buckets',
      `/v1/buckets?access_token=${management.token}`,
      `/v1/none/${management.token}`,
      `/v1/signing-keys?${token}`,
    ])
      await ask(server, over, { ...api, target, headers: { authorization } })
    // Where it does not belong.
    for (const { hostOver, root } of world.sites)
      await ask(server, over, { host: hostOver(over), target: `${root}a`, headers: { authorization } })
  }
  for (const line of [
    `POST /v1/access_token/${apiKey}`,
    `GET /v1/access_token/${apiKey}`,
    `GET /v1/none?auth=${token}`,
  ]) {
    const { json } = await request(server, line)
    const { access_token: made } = (json ?? {}) as { access_token?: string }
    if (made !== undefined) minted.push(made)
  }
  // The links that the server makes, and what is only shown once.
  for (const by of ['query', 'path']) {
    const { url, token: signed } = await management.done<{ url: string; token: string }>('POST /v1/signed-urls', {
      bucket: vault,
      key: 'private/long.txt',
      by,
    })
    minted.push(signed)
    const { host, pathname, search } = new URL(url)
    const answer = await ask(server, 'tls', { host, target: pathname + search })
    assert.equal(answer.status, 200, answer.text)
  }
  const { signing_key: made } = await management.done<{ signing_key: { id: string; private_key: string } }>(
    'POST /v1/signing-keys',
    { bucket: vault },
  )
  secrets.push(...made.private_key.split('\n').filter((line) => line.length > 60))
  await management.done(`DELETE /v1/signing-keys/${made.id}`)
  await management.send('PUT /v1/domains/x/certificate', { certificate: 'x', private_key: made.private_key })
  await management.send('POST /v1/signing-keys', { bucket: 'none', private_key: made.private_key })
  const password = `pass-${randomBytes(12).toString('hex')}`
  secrets.push(password)
  await management.done('POST /v1/users', { name: 'anna', password, role: 'member' })
  const signedIn = await request(server, 'POST /v1/session', { user: 'anna', password })
  assert.equal(signedIn.status, 200, signedIn.text)
  const csrf = (signedIn.json as { csrf_token: string }).csrf_token
  const cookie = /^[^=]+=[^;]{16,}/.exec(signedIn.headers.get('set-cookie') ?? '')![0]
  secrets.push(csrf, cookie.slice(cookie.indexOf('=') + 1))
  const proof = { cookie, 'x-csrf-token': csrf }
  await management.done('POST /v1/buckets', { name: 'shown' })
  const linked = await request(server, 'POST /v1/buckets/shown/content-links', { prefix: '', as: 'archive' }, proof)
  const { url } = linked.json as { url: string }
  secrets.push(/~content\/([^/]+)/.exec(url)![1]!)
  for (const path of [new URL(url).pathname, `${new URL(url).pathname}x`]) {
    const shown = await fetch(server.deliveryEndpoint + path)
    assert.match(shown.headers.get('content-security-policy') ?? '', /^sandbox;/)
    await shown.arrayBuffer()
  }
  // As people do who are a field ahead.
  await request(server, 'POST /v1/session', { user: password, password: 'wrong' })
  await request(server, `POST /v1/session?password=${password}`, { user: 'anna', password: `${password}x` })
  const { access_key: key } = await management.done<{ access_key: { secret_access_key: string } }>(
    'POST /v1/access-keys',
    { name: 'further' },
  )
  secrets.push(key.secret_access_key)
  secrets.push((await cli<{ api_key: string }>(server, 'api-keys', 'create', 'further')).api_key)
  return secrets
}

async function s3Flows({ server, vault }: World, token: string): Promise<string[]> {
  const secrets: string[] = []
  const url = new URL(presign(server, { path: `/${vault}/private/long.txt` }))
  const signature = url.searchParams.get('X-Amz-Signature') ?? ''
  assert.equal(signature.length, 64)
  secrets.push(signature)
  assert.equal((await fetch(url)).status, 200)
  await fetch(`${server.deliveryEndpoint}${url.pathname}${url.search}`)
  await fetch(`${server.endpoint}/${vault}/private/x?auth=${token}`)
  await fetch(`${server.endpoint}/~auth=${token}/${vault}/private/x`)
  await ask(server, 'tls', {
    host: `127.0.0.1:${new URL(server.tlsEndpoint).port}`,
    target: `/${vault}/~auth=${token}/private/x`,
  })
  // Of SSE-C, by headers and, as a stranger may have it, in a query.
  const key = randomBytes(32).toString('base64')
  secrets.push(key)
  const headers = {
    'x-amz-server-side-encryption-customer-algorithm': 'AES256',
    'x-amz-server-side-encryption-customer-key': key,
    'x-amz-server-side-encryption-customer-key-md5': createHash('md5')
      .update(Buffer.from(key, 'base64'))
      .digest('base64'),
  }
  await send(server, { method: 'PUT', path: `/${vault}/sealed`, body: 'x', headers })
  const query = Object.entries(headers).map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
  await fetch(`${server.endpoint}/${vault}/sealed?${query.join('&')}`)
  await byS3(server, { path: `/${vault}`, query: 'list-type=2' })
  return secrets
}

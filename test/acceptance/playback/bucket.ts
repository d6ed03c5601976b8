/** A server with an authenticated bucket of titles, a custom domain that shows it, and links that open one title each. */
import { CreateBucketCommand, PutObjectCommand } from '@aws-sdk/client-s3'
import { createPrivateKey, sign } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { extname, join } from 'node:path'
import { clientFor } from '../../harness/client.ts'
import { startDns } from '../../harness/dns.ts'
import { managementClient } from '../../harness/management.ts'
import { bucketName } from '../../harness/names.ts'
import { startServer } from '../../harness/server.ts'
import type { Title } from './title.ts'

/** How a link carries its token. */
export type By = 'query' | 'path' | 'nothing'

/** Where a link leads to: the bucket's own host, the same over TLS, the custom domain, or the bare address with the bucket in the path. */
export type Site = 'bucket' | 'tls' | 'domain' | 'address'

export interface TitleBucket {
  readonly name: string
  /** `films.example.test` */
  readonly domain: string
  link(title: Title, site: Site, by: By): string
  /** Lets pages of the origin play. */
  allow(origin: string): Promise<void>
  stop(): Promise<void>
}

/** Playlists are given none: their keys say enough. */
const types: Readonly<Record<string, string>> = {
  '.ts': 'video/mp2t',
  '.m4s': 'video/iso.segment',
  '.mp4': 'video/mp4',
}

/** Uploads what is in the folder, with S3, and shuts it by the management API. */
export async function openTitleBucket(folder: string): Promise<TitleBucket> {
  const domain = 'films.example.test'
  const dns = await startDns()
  const server = await startServer({ tls: true, env: { ENTREPOT_DNS_SERVERS: dns.address } })
  const stop = async (): Promise<void> => {
    await server.stop()
    await dns.stop()
  }
  try {
    const name = bucketName('titles')
    const s3 = clientFor(server)
    await s3.send(new CreateBucketCommand({ Bucket: name }))
    for (const path of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
      const ContentType = types[extname(path)]
      if (!path.includes('/') || extname(path) === '') continue
      const Body = readFileSync(join(folder, path))
      await s3.send(
        new PutObjectCommand({ Bucket: name, Key: path, Body, ...(ContentType !== undefined && { ContentType }) }),
      )
    }
    s3.destroy()

    const management = await managementClient(server)
    await management.done(`PUT /v1/buckets/${name}/policy/authenticated`)
    const { signing_key: key } = await management.done<{ signing_key: SigningKey }>('POST /v1/signing-keys', {
      bucket: name,
    })
    const { domain: created } = await management.done<{ domain: Domain }>('POST /v1/domains', {
      name: domain,
      type: 'storage',
      bucket: name,
    })
    const { txt_name, txt_value } = created.verification
    dns.setRecords([{ name: txt_name, type: 'TXT', value: txt_value }])
    await management.done(`POST /v1/domains/${created.id}/verify`)

    const { port } = new URL(server.deliveryEndpoint)
    const host = `${name}.media-storage.${server.region}.${server.domain}`
    const roots: Readonly<Record<Site, string>> = {
      bucket: `http://${host}:${port}/`,
      tls: `https://${host}:${new URL(server.tlsEndpoint).port}/`,
      domain: `http://${domain}:${port}/`,
      address: `http://127.0.0.1:${port}/${name}/`,
    }
    const tokenOf = ({ name }: Title): string =>
      makeToken(key, { uri: `/${name}`, exp: Math.floor(Date.now() / 1000) + 3600 })
    return {
      ...{ name, domain, stop },
      link(title, site, by) {
        const root = roots[site]
        if (by === 'nothing') return root + title.manifest
        const token = tokenOf(title)
        return by === 'query' ? `${root}${title.manifest}?auth=${token}` : `${root}~auth=${token}/${title.manifest}`
      },
      async allow(origin) {
        await management.done(`PUT /v1/buckets/${name}/settings/cors`, { preset: 'video-player', origins: [origin] })
      },
    }
  } catch (error) {
    await stop()
    throw error
  }
}

interface SigningKey {
  readonly id: string
  readonly private_key: string
}

interface Domain {
  readonly id: string
  readonly verification: { readonly txt_name: string; readonly txt_value: string }
}

/** As a customer makes one (docs/tokens.md). */
function makeToken(key: SigningKey, claims: object): string {
  const encode = (part: object): string => Buffer.from(JSON.stringify(part)).toString('base64url')
  const text = `${encode({ alg: 'RS256', typ: 'JWT', kid: key.id })}.${encode(claims)}`
  return `${text}.${sign('sha256', Buffer.from(text), createPrivateKey(key.private_key)).toString('base64url')}`
}

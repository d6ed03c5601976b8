/** An S3 client of AWS's own SDK for a test server: path style by its address, or virtual-hosted style on its domain. */
import { S3Client, type S3ClientConfig } from '@aws-sdk/client-s3'
import { lookup, type LookupAddress, type LookupOptions } from 'node:dns'
import { Agent } from 'node:http'
import type { TestServer } from './server.ts'

/** What every client of the server is given. The caller may override any of it. */
export function clientFor(server: TestServer, config: S3ClientConfig = {}): S3Client {
  return new S3Client({
    region: server.region,
    endpoint: server.endpoint,
    credentials: { accessKeyId: server.accessKeyId, secretAccessKey: server.secretAccessKey },
    ...config,
  })
}

/** The host and port whose subdomains are buckets. */
export const virtualHost = (server: TestServer): string => `${server.domain}:${server.port}`

/** A client that addresses buckets as `<bucket>.<domain>`; every such name leads to the test server. */
export function virtualHostClientFor(server: TestServer, config: S3ClientConfig = {}): S3Client {
  return clientFor(server, {
    endpoint: `http://${virtualHost(server)}`,
    forcePathStyle: false,
    requestHandler: { httpAgent: new Agent({ keepAlive: true, lookup: lookupHere(server) }) },
    ...config,
  })
}

/** Resolves every name to the server's own address, since no DNS knows the test's domain. */
export function lookupHere(server: TestServer) {
  return (
    _hostname: string,
    options: LookupOptions,
    callback: (error: NodeJS.ErrnoException | null, address: string | LookupAddress[], family?: number) => void,
  ): void => lookup(server.host, options, callback)
}

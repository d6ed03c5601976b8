/** What programs for S3 are to be told, as the files that they read. */
import type { ServerFacts } from '../../api/server.ts'

export interface Credentials {
  readonly id: string
  readonly secret: string
}

/** Stands where a secret is to be put that is not shown any more. */
export const noCredentials: Credentials = { id: '…', secret: '…' }

/** Of all of them. */
export const profileName = 'entrepot'

export const environmentFor = ({ id, secret }: Credentials, { name, s3_url: url }: ServerFacts['regions'][number]) =>
  lines(
    `export AWS_ACCESS_KEY_ID=${quoted(id)}`,
    `export AWS_SECRET_ACCESS_KEY=${quoted(secret)}`,
    `export AWS_DEFAULT_REGION=${quoted(name)}`,
    `export AWS_ENDPOINT_URL=${quoted(url)}`,
  )

export const awsProfileFor = ({ id, secret }: Credentials, { name, s3_url: url }: ServerFacts['regions'][number]) =>
  lines(
    `[${profileName}]`,
    `aws_access_key_id = ${id}`,
    `aws_secret_access_key = ${secret}`,
    `region = ${name}`,
    `endpoint_url = ${url}`,
    's3 =',
    '  addressing_style = path',
  )

export const rcloneFor = ({ id, secret }: Credentials, { name, s3_url: url }: ServerFacts['regions'][number]) =>
  lines(
    `[${profileName}]`,
    'type = s3',
    'provider = Other',
    `access_key_id = ${id}`,
    `secret_access_key = ${secret}`,
    `region = ${name}`,
    `endpoint = ${url}`,
    'force_path_style = true',
  )

export function s3cmdFor({ id, secret }: Credentials, { name, s3_url: url }: ServerFacts['regions'][number]): string {
  const { host, protocol, pathname } = new URL(url)
  const base = `${host}${pathname === '/' ? '' : pathname}`
  return lines(
    '[default]',
    `access_key = ${id}`,
    `secret_key = ${secret}`,
    `bucket_location = ${name}`,
    `host_base = ${base}`,
    // The same again: buckets in the path, so that no host name of a bucket need be known to the DNS.
    `host_bucket = ${base}`,
    `use_https = ${protocol === 'https:' ? 'True' : 'False'}`,
  )
}

/** As AWS's console gives them. */
export const csvOf = ({ id, secret }: Credentials): string =>
  lines('Access key ID,Secret access key', `${id},${secret}`)

const lines = (...all: readonly string[]): string => `${all.join('\n')}\n`

/** For a shell. */
const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`

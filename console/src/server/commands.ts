/**
 * The first steps by the programs that people have: what they paste into a terminal or a file. Buckets are addressed by path, which works everywhere: with an IP
 * address, without wildcards in DNS and in certificates.
 */
import type { Endpoint } from './endpoint.ts'
import { shellWord } from './shellWord.ts'

export const tools = ['aws', 's3cmd', 'rclone', 'javascript', 'python', 'curl'] as const
export type Tool = (typeof tools)[number]

export interface CommandFacts {
  readonly endpoint: Endpoint
  readonly accessKeyId: string
  /** What stands for the secret, which is shown only once. */
  readonly secret: string
  readonly bucket: string
  /** Of the management API, without a final slash. */
  readonly management: string
  /** What stands for an API key. */
  readonly apiKey: string
}

/** What is pasted, in order: once, and then a step each. */
export interface Commands {
  readonly prepare: string
  readonly bucket: string
  readonly upload: string
  readonly share: string
}

export const key = 'hello.txt'
const file = `echo 'Hello' > ${key}`
const hourSeconds = 3600

export const commandsOf: Readonly<Record<Tool, (facts: CommandFacts) => Commands>> = {
  aws({ endpoint: { url, region }, accessKeyId, secret, bucket }) {
    const aws = `aws --endpoint-url ${shellWord(url)} s3`
    return {
      prepare: lines(
        `export AWS_ACCESS_KEY_ID=${shellWord(accessKeyId)}`,
        `export AWS_SECRET_ACCESS_KEY=${shellWord(secret)}`,
        `export AWS_DEFAULT_REGION=${shellWord(region)}`,
      ),
      bucket: `${aws} mb s3://${bucket}`,
      upload: lines(file, `${aws} cp ${key} s3://${bucket}/${key}`),
      share: `${aws} presign s3://${bucket}/${key} --expires-in ${hourSeconds}`,
    }
  },
  s3cmd({ endpoint: { host, secure, region }, accessKeyId, secret, bucket }) {
    const s3cmd = 's3cmd -c entrepot.s3cfg'
    return {
      prepare: lines(
        "cat > entrepot.s3cfg <<'END'",
        '[default]',
        `access_key = ${accessKeyId}`,
        `secret_key = ${secret}`,
        `host_base = ${host}`,
        `host_bucket = ${host}`,
        `bucket_location = ${region}`,
        `use_https = ${secure ? 'True' : 'False'}`,
        `signurl_use_https = ${secure ? 'True' : 'False'}`,
        'END',
      ),
      bucket: `${s3cmd} mb s3://${bucket}`,
      upload: lines(file, `${s3cmd} put ${key} s3://${bucket}/${key}`),
      share: `${s3cmd} signurl s3://${bucket}/${key} +${hourSeconds}`,
    }
  },
  rclone({ endpoint: { url, region }, accessKeyId, secret, bucket }) {
    const words = [
      'provider=Other',
      `endpoint=${url}`,
      `region=${region}`,
      `access_key_id=${accessKeyId}`,
      `secret_access_key=${secret}`,
    ]
    return {
      prepare: lines('rclone config create entrepot s3 \\', ...continued(words)),
      bucket: `rclone mkdir entrepot:${bucket}`,
      upload: lines(file, `rclone copyto ${key} entrepot:${bucket}/${key}`),
      share: `rclone link --expire 1h entrepot:${bucket}/${key}`,
    }
  },
  javascript({ endpoint: { url, region }, accessKeyId, secret, bucket }) {
    return {
      prepare: lines(
        '// npm install @aws-sdk/client-s3 @aws-sdk/s3-request-presigner',
        '// Save this as first-steps.mjs, then: node first-steps.mjs',
        "import { CreateBucketCommand, GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3'",
        "import { getSignedUrl } from '@aws-sdk/s3-request-presigner'",
        '',
        'const s3 = new S3Client({',
        `  endpoint: ${text(url)},`,
        `  region: ${text(region)},`,
        '  forcePathStyle: true,',
        `  credentials: { accessKeyId: ${text(accessKeyId)}, secretAccessKey: ${text(secret)} },`,
        '})',
      ),
      bucket: `await s3.send(new CreateBucketCommand({ Bucket: ${text(bucket)} }))`,
      upload: `await s3.send(new PutObjectCommand({ Bucket: ${text(bucket)}, Key: ${text(key)}, Body: 'Hello' }))`,
      share: lines(
        `const get = new GetObjectCommand({ Bucket: ${text(bucket)}, Key: ${text(key)} })`,
        `console.log(await getSignedUrl(s3, get, { expiresIn: ${hourSeconds} }))`,
      ),
    }
  },
  python({ endpoint: { url, region }, accessKeyId, secret, bucket }) {
    return {
      prepare: lines(
        '# pip install boto3',
        '# Save this as first_steps.py, then: python3 first_steps.py',
        'import boto3',
        'from botocore.config import Config',
        '',
        's3 = boto3.client(',
        "    's3',",
        `    endpoint_url=${text(url)},`,
        `    region_name=${text(region)},`,
        `    aws_access_key_id=${text(accessKeyId)},`,
        `    aws_secret_access_key=${text(secret)},`,
        "    config=Config(signature_version='s3v4', s3={'addressing_style': 'path'}),",
        ')',
      ),
      bucket: `s3.create_bucket(Bucket=${text(bucket)})`,
      upload: `s3.put_object(Bucket=${text(bucket)}, Key=${text(key)}, Body=b'Hello')`,
      share: lines(
        `params = {'Bucket': ${text(bucket)}, 'Key': ${text(key)}}`,
        `print(s3.generate_presigned_url('get_object', Params=params, ExpiresIn=${hourSeconds}))`,
      ),
    }
  },
  curl({ endpoint: { url, region }, accessKeyId, secret, bucket, management, apiKey }) {
    // Debian's curl does not say by itself what it signed of the body.
    const signed = [
      `curl --fail-with-body --aws-sigv4 ${shellWord(`aws:amz:${region}:s3`)} --user "$ACCESS_KEY:$SECRET_KEY" \\`,
      "  -H 'x-amz-content-sha256: UNSIGNED-PAYLOAD' \\",
    ]
    return {
      prepare: lines(`ACCESS_KEY=${shellWord(accessKeyId)}`, `SECRET_KEY=${shellWord(secret)}`),
      bucket: lines(...signed, `  -X PUT ${shellWord(`${url}/${bucket}`)}`),
      upload: lines(file, ...signed, `  -T ${key} ${shellWord(`${url}/${bucket}/${key}`)}`),
      // curl signs requests, not links: the management API makes those.
      share: lines(
        `API_KEY=${shellWord(apiKey)}`,
        `TOKEN=$(curl -s -X POST "${management}/v1/access_token/$API_KEY" | sed 's/.*"access_token": *"\\([^"]*\\)".*/\\1/')`,
        `curl --fail-with-body -H "Authorization: Bearer $TOKEN" -H 'Content-Type: application/json' \\`,
        `  -d '${JSON.stringify({ bucket, key, expires_seconds: hourSeconds })}' "${management}/v1/presign"`,
      ),
    }
  },
}

const lines = (...all: readonly string[]): string => all.join('\n')

const continued = (words: readonly string[]): string[] =>
  words.map((word, index) => `  ${shellWord(word)}${index < words.length - 1 ? ' \\' : ''}`)

/** In quotes, for JavaScript and Python alike. */
const text = (value: string): string => `'${value.replace(/[\\']/g, '\\$&')}'`

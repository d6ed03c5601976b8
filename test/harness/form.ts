/** Forms as browsers send them to upload a file: signed by Version 4 or 2, and as bodies of multipart/form-data. */
import { createHmac } from 'node:crypto'
import type { RawRequest } from './request.ts'
import type { TestServer } from './server.ts'
import { amzDateOf, type Credentials } from './sign.ts'

export type FormFields = Readonly<Record<string, string>>

export interface FormScope {
  readonly credentials?: Credentials
  readonly date?: Date
  readonly expiration?: Date
  /** The conditions of the policy; those for the fields of the signature are added. */
  readonly conditions: readonly unknown[]
}

const hmac = (key: string | Uint8Array, text: string): Buffer => createHmac('sha256', key).update(text).digest()

const policyOf = ({ conditions, expiration = new Date(Date.now() + 600_000) }: FormScope): string =>
  Buffer.from(JSON.stringify({ expiration: expiration.toISOString(), conditions })).toString('base64')

/** The fields, and those of a Version 4 signature. */
export function signForm(server: TestServer, fields: FormFields, scope: FormScope): FormFields {
  const { accessKeyId, secretAccessKey } = scope.credentials ?? server
  const time = amzDateOf(scope.date ?? new Date())
  const parts = [time.slice(0, 8), server.region, 's3', 'aws4_request']
  const signature = {
    'x-amz-algorithm': 'AWS4-HMAC-SHA256',
    'x-amz-credential': [accessKeyId, ...parts].join('/'),
    'x-amz-date': time,
  }
  const more = Object.entries(signature).map(([name, value]) => ({ [name]: value }))
  const policy = policyOf({ ...scope, conditions: [...scope.conditions, ...more] })
  const key = parts.reduce<string | Uint8Array>((from, part) => hmac(from, part), `AWS4${secretAccessKey}`)
  return { ...fields, ...signature, policy, 'x-amz-signature': hmac(key, policy).toString('hex') }
}

/** The fields, and those of a Version 2 signature. */
export function signForm2(server: TestServer, fields: FormFields, scope: FormScope): FormFields {
  const { accessKeyId, secretAccessKey } = scope.credentials ?? server
  const policy = policyOf(scope)
  const signature = createHmac('sha1', secretAccessKey).update(policy).digest('base64')
  return { ...fields, AWSAccessKeyId: accessKeyId, policy, signature }
}

const boundary = '----WebKitFormBoundary7MA4YWxkTrZu0gW'

/** One part; `parameters` follow its name. */
export const part = (name: string, content: string, parameters = ''): string =>
  `--${boundary}\r\nContent-Disposition: form-data; name="${name}"${parameters}\r\n\r\n${content}\r\n`

export const filePart = (content: string, fileName = 'file.txt'): string =>
  part('file', content, `; filename="${fileName}"`)

/** The request that posts these parts. */
export const postOfParts = (bucket: string, parts: readonly string[]): RawRequest => ({
  method: 'POST',
  path: `/${bucket}`,
  sign: 'none',
  headers: { 'content-type': `multipart/form-data; boundary=${boundary}` },
  body: `${parts.join('')}--${boundary}--\r\n`,
})

/** The request that posts a form with a file after its fields. */
export const postForm = (bucket: string, fields: FormFields, file: string, fileName?: string): RawRequest =>
  postOfParts(bucket, [...Object.entries(fields).map(([name, value]) => part(name, value)), filePart(file, fileName)])

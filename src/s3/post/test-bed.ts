/** Forms for tests: signed or not, as bodies of multipart/form-data. */
import { createHmac } from 'node:crypto'
import { deriveSigningKey } from '../signature/signing-key.ts'
import { formKey, type Sent } from '../test-bed.ts'

type Fields = Readonly<Record<string, string>>

const boundary = 'b0'

/** As a browser sends it; a field of `undefined` is left out. */
export function form(
  fields: Readonly<Record<string, string | undefined>>,
  file: string | undefined,
  fileName = 'f.txt',
): Sent {
  const parts: string[] = []
  for (const [name, value] of Object.entries(fields))
    if (value !== undefined) parts.push(`Content-Disposition: form-data; name="${name}"\r\n\r\n${value}`)
  if (file !== undefined)
    parts.push(
      `Content-Disposition: form-data; name="file"; filename="${fileName}"\r\nContent-Type: text/plain\r\n\r\n${file}`,
    )
  return {
    headers: { 'content-type': `multipart/form-data; boundary=${boundary}` },
    body: parts.map((part) => `--${boundary}\r\n${part}\r\n`).join('') + `--${boundary}--\r\n`,
  }
}

/** On the day of the test-bed's clock. */
const date = '20261120'
const scope = `${date}/us-east-1/s3/aws4_request`
const signature4: Fields = {
  'X-Amz-Algorithm': 'AWS4-HMAC-SHA256',
  'X-Amz-Credential': `${formKey.accessKeyId}/${scope}`,
  'X-Amz-Date': `${date}T000000Z`,
}

export interface PolicyParts {
  /** Beside those for the fields of the signature. */
  readonly conditions: readonly unknown[]
  readonly expiration?: string
}

const encode = ({ conditions, expiration = '2026-11-20T01:00:00Z' }: PolicyParts): string =>
  Buffer.from(JSON.stringify({ expiration, conditions })).toString('base64')

/** The fields, and with them those of a Version 4 signature and of what it is over. */
export function signed4(fields: Fields, { conditions, ...more }: PolicyParts): Fields {
  const all = [...conditions, ...Object.entries(signature4).map(([name, value]) => ({ [name.toLowerCase()]: value }))]
  const policy = encode({ conditions: all, ...more })
  const key = deriveSigningKey(formKey.secret, date, 'us-east-1')
  const signature = createHmac('sha256', key).update(policy).digest('hex')
  return { ...fields, ...signature4, Policy: policy, 'X-Amz-Signature': signature }
}

export function signed2(fields: Fields, parts: PolicyParts): Fields {
  const policy = encode(parts)
  const signature = createHmac('sha1', formKey.secret).update(policy).digest('base64')
  return { ...fields, AWSAccessKeyId: formKey.accessKeyId, policy, signature }
}

/** Statements that policies commonly have, to begin with. */
import { isJson, type Json } from '../../../api/bucketSettings.ts'
import { parseJson, printJson } from '../../../components/json.ts'
import type { policy } from '../../../strings/policy.ts'

export type TemplateName = keyof typeof policy.template

interface Place {
  readonly bucket: string
  readonly accountId: string
}

const templates: Readonly<Record<TemplateName, (place: Place) => Json>> = {
  publicPrefix: ({ bucket }) => ({
    Sid: 'PublicRead',
    Effect: 'Allow',
    Principal: '*',
    Action: 's3:GetObject',
    Resource: `arn:aws:s3:::${bucket}/public/*`,
  }),
  readOnlyUser: ({ bucket, accountId }) => ({
    Sid: 'ReadOnly',
    Effect: 'Allow',
    Principal: { AWS: `arn:aws:iam::${accountId}:user/NAME` },
    Action: ['s3:GetObject', 's3:ListBucket'],
    Resource: [`arn:aws:s3:::${bucket}`, `arn:aws:s3:::${bucket}/*`],
  }),
  denyDeletes: ({ bucket }) => ({
    Sid: 'NoDeletes',
    Effect: 'Deny',
    Principal: '*',
    Action: ['s3:DeleteObject', 's3:DeleteObjectVersion'],
    Resource: `arn:aws:s3:::${bucket}/*`,
  }),
  // Objects alone: else whoever saves it from elsewhere has shut themselves out of the settings.
  onlyFrom: ({ bucket }) => ({
    Sid: 'OnlyFrom',
    Effect: 'Deny',
    Principal: '*',
    Action: 's3:*',
    Resource: `arn:aws:s3:::${bucket}/*`,
    Condition: { NotIpAddress: { 'aws:SourceIp': ['192.0.2.0/24'] } },
  }),
  onlyTls: ({ bucket }) => ({
    Sid: 'OnlyTls',
    Effect: 'Deny',
    Principal: '*',
    Action: 's3:*',
    Resource: `arn:aws:s3:::${bucket}/*`,
    Condition: { Bool: { 'aws:SecureTransport': 'false' } },
  }),
}

export const templateNames = Object.keys(templates) as readonly TemplateName[]

/** The document with one more statement; a new one where the text is empty or no policy. */
export function withTemplate(text: string, name: TemplateName, place: Place): string {
  const parsed = parseJson(text)
  const document = 'value' in parsed && isJson(parsed.value) ? parsed.value : { Version: '2012-10-17', Statement: [] }
  const { Statement: had } = document
  const statements: readonly unknown[] = Array.isArray(had) ? had : had === undefined ? [] : [had]
  const statement = templates[name](place)
  const sids = new Set(statements.filter(isJson).map(({ Sid }) => Sid))
  return printJson({ ...document, Statement: [...statements, { ...statement, Sid: newSid(statement['Sid'], sids) }] })
}

/** No two statements of a policy may have the same. */
function newSid(wanted: unknown, taken: ReadonlySet<unknown>): string {
  let sid = String(wanted)
  for (let number = 2; taken.has(sid); number++) sid = `${String(wanted)}${number}`
  return sid
}

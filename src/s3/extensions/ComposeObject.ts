/**
 * `PUT /bucket/key?compose` (Wasabi, Google Cloud Storage): an object of others of its bucket, one after the other. The document is
 * `<ComposeRequest><Component><Name>…`, or `{"sources":[{"key":…}]}`.
 */
import { checkCopySourceConditions } from '../../http/conditions.ts'
import type { ComposeSource } from '../../objects/compose.ts'
import { etagOf, type Head } from '../../objects/head.ts'
import type { Encryption } from '../../objects/encryption/seal.ts'
import { objectAccess } from '../access/object-access.ts'
import { readComposeRequest, type ComposeComponent } from '../compose-request.ts'
import type { Context } from '../context.ts'
import { encryptionMembers, keyToRead } from '../encryption.ts'
import { encryptionFor, keyOf } from '../keys-of-clients.ts'
import { PutObject } from '../model.generated.ts'
import { requestedTags } from '../object-tags.ts'
import { operation } from '../operation.ts'
import { checksumMembers, seconds } from '../output.ts'
import { element, etag, number, payload, shape, string, timestamp, type Infer } from '../shape.ts'
import { storedHeaders } from '../stored-headers.ts'
import { unsupportedWriteMembers } from '../unsupported.ts'
import { writtenVersionId } from '../version.ts'
import { validatorsOf, writeCondition } from '../write-condition.ts'

// The checksum headers are the document's, not the object's.
const { Body: _, WriteOffsetBytes: __, ContentLength: ___, ContentMD5: ____, ...described } = PutObject.input
const { ETag: _____, ...told } = PutObject.output

const ComposeObject = shape({
  name: 'ComposeObject',
  method: 'PUT',
  level: 'object',
  query: 'compose',
  status: 200,
  input: { ...described, Request: payload(string) },
  output: {
    ...told,
    Bucket: element(string),
    Key: element(string),
    ETag: element(etag),
    LastModified: element(timestamp),
    ObjectSize: element(number, 'Size'),
  },
  root: 'ComposeObjectResult',
})

type Input = Infer<typeof ComposeObject.input>

export default operation(ComposeObject, {
  action: 's3:PutObject',
  refuses: [...unsupportedWriteMembers, 'ObjectLockMode', 'ObjectLockRetainUntilDate', 'ObjectLockLegalHoldStatus'],
  honours: { StorageClass: ['STANDARD'] },
  async handle(input, context) {
    const { bucket, request, services } = context
    const components = readComposeRequest(input.Request)
    for (const { key, versionId } of distinct(components)) {
      const action = versionId === undefined ? 's3:GetObject' : 's3:GetObjectVersion'
      await context.authorizeSource(bucket.name, key, action, versionId)
    }
    const { system, metadata } = storedHeaders(input)
    const tags = await requestedTags(input, context)
    const access = await objectAccess(input, context)
    const contentType = isOfDocument(system.contentType) ? undefined : system.contentType
    const customerKey = keyOf(input, context)
    const head = await services.composer.compose(bucket, input.Key, sourcesOf(components, context), {
      condition: writeCondition(input),
      describe: (first) => ({
        system: { ...system, contentType: contentType ?? first.system.contentType },
        ...{ metadata, tags },
        ...access,
      }),
      encryption: (sources) => encryptionOfComposed(sources, input, context),
      customerKey,
      signal: request.signal,
    })
    return {
      Bucket: bucket.name,
      Key: input.Key,
      ETag: etagOf(head),
      LastModified: seconds(head.modifiedMs),
      ObjectSize: head.size,
      VersionId: writtenVersionId(head),
      ...encryptionMembers(head.encryption),
      ...checksumMembers(head.checksum),
    }
  },
})

const distinct = (components: readonly ComposeComponent[]): readonly ComposeComponent[] => [
  ...new Map(components.map((component) => [`${component.key}\0${component.versionId ?? ''}`, component])).values(),
]

const sourcesOf = (components: readonly ComposeComponent[], context: Context): readonly ComposeSource[] =>
  components.map(({ key, versionId, ifMatch }) => ({
    key,
    versionId,
    check(head) {
      context.confirm({ bucket: context.bucket, key, head })
      if (ifMatch !== undefined) checkCopySourceConditions({ ifMatch }, validatorsOf(head))
    },
  }))

/** What the request asks for, else the bucket's default; and encrypted in any case where a source is, so that nothing is laid open by the way. */
function encryptionOfComposed(sources: readonly Head[], input: Input, context: Context): Encryption | undefined {
  const sent = keyOf(input, context)
  for (const { encryption } of sources) if (encryption?.kind === 'SSE-C') keyToRead(encryption, sent)
  const asked = encryptionFor(input, context)
  return asked ?? (sources.some(({ encryption }) => encryption !== undefined) ? { kind: 'AES256' } : undefined)
}

/** Clients send a type with any body: that of a document is not the object's. */
function isOfDocument(contentType = ''): boolean {
  const [type = ''] = contentType.toLowerCase().split(';')
  return documentTypes.has(type.trim())
}

const documentTypes: ReadonlySet<string> = new Set([
  'application/xml',
  'text/xml',
  'application/json',
  'application/x-www-form-urlencoded',
  'application/octet-stream',
  'binary/octet-stream',
])

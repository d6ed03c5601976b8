import type { ChecksumAlgorithm } from '../../base/checksum/checksum.ts'
import { ApiError } from '../../base/errors.ts'
import { etagOf, type Checksummed } from '../../objects/head.ts'
import { checkKeyOfUpload, encryptionMembers } from '../encryption.ts'
import { keyOf } from '../keys-of-clients.ts'
import { expirationHeader } from '../lifecycle-headers.ts'
import { CompleteMultipartUpload } from '../model.generated.ts'
import { operation } from '../operation.ts'
import { checksumMembers } from '../output.ts'
import { writtenVersionId } from '../version.ts'
import { writeCondition } from '../write-condition.ts'

export default operation(CompleteMultipartUpload, {
  action: 's3:PutObject',
  async handle(input, context) {
    const { request, bucket, services } = context
    const { Key, UploadId, MpuObjectSize, MultipartUpload } = input
    const parts = (MultipartUpload?.Parts ?? []).map((part) => {
      if (part.PartNumber === undefined || part.ETag === undefined) throw new ApiError('MalformedXML')
      return { partNumber: part.PartNumber, etag: part.ETag, checksum: checksumIn(part)?.value }
    })
    const key = keyOf(input, context)
    const head = await services.completer.complete(bucket, Key, UploadId, {
      parts,
      condition: writeCondition(input),
      verify: ({ upload, size, checksum }) => {
        checkKeyOfUpload(upload, key)
        if (MpuObjectSize !== undefined && MpuObjectSize !== size) throw wrongSize(MpuObjectSize, size)
        checkChecksum(checksumIn(input), input.ChecksumType, checksum)
      },
    })
    const scheme = request.secure ? 'https' : 'http'
    return {
      Location: `${scheme}://${request.host}${request.path}`,
      Bucket: bucket.name,
      Key,
      ETag: etagOf(head),
      VersionId: writtenVersionId(head),
      Expiration: expirationHeader(bucket, Key, head),
      ...encryptionMembers(head.encryption),
      ...checksumMembers(head.checksum),
    }
  },
})

type WithChecksum = { readonly [M in `Checksum${ChecksumAlgorithm}`]?: string | undefined }

const members = [
  'ChecksumCRC32',
  'ChecksumCRC32C',
  'ChecksumCRC64NVME',
  'ChecksumSHA1',
  'ChecksumSHA256',
  'ChecksumSHA512',
  'ChecksumMD5',
  'ChecksumXXHASH64',
  'ChecksumXXHASH3',
  'ChecksumXXHASH128',
] as const satisfies readonly (keyof WithChecksum)[]

interface Declared {
  readonly algorithm: ChecksumAlgorithm
  readonly value: string
}

function checksumIn(input: WithChecksum): Declared | undefined {
  for (const member of members) {
    const value = input[member]
    if (value !== undefined) return { algorithm: member.slice('Checksum'.length) as ChecksumAlgorithm, value }
  }
  return undefined
}

/** Without an algorithm of its own the upload has no checksum, and so none that could be declared. */
function checkChecksum(
  declared: Declared | undefined,
  type: Checksummed['type'] | undefined,
  actual: Checksummed | undefined,
): void {
  if (type !== undefined && type !== (actual?.type ?? 'FULL_OBJECT')) {
    throw new ApiError(
      'InvalidRequest',
      `The upload was created using the ${actual?.type ?? 'FULL_OBJECT'} checksum mode. The complete request must use the same checksum mode.`,
    )
  }
  if (declared === undefined) return
  if (declared.algorithm !== actual?.algorithm) throw wrongAlgorithm(declared.algorithm, actual?.algorithm)
  // A COMPOSITE one may be declared without the number of its parts.
  if (declared.value !== actual.value && !actual.value.startsWith(`${declared.value}-`)) {
    throw new ApiError('BadDigest', `The ${actual.algorithm} you specified did not match the calculated checksum.`)
  }
}

const wrongAlgorithm = (declared: ChecksumAlgorithm, actual: ChecksumAlgorithm | undefined): ApiError =>
  new ApiError(
    'InvalidRequest',
    `Checksum Type mismatch occurred, expected checksum Type: ${actual?.toLowerCase() ?? 'null'}, actual checksum Type: ${declared.toLowerCase()}`,
  )

const wrongSize = (declared: number, actual: number): ApiError =>
  new ApiError(
    'InvalidRequest',
    `The provided 'x-amz-mp-object-size' header value ${declared} does not match what was computed: ${actual}`,
  )

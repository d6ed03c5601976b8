import type { ChecksumAlgorithm } from '../../base/checksum/checksum.ts'
import { ApiError } from '../../base/errors.ts'
import { etagOf, type Checksummed } from '../../objects/head.ts'
import { CompleteMultipartUpload } from '../model.generated.ts'
import { operation } from '../operation.ts'
import { checksumMembers } from '../output.ts'
import { customerKey } from '../unsupported.ts'
import { writeCondition } from '../write-condition.ts'

export default operation(CompleteMultipartUpload, {
  action: 's3:PutObject',
  refuses: customerKey,
  async handle(input, { request, bucket, services }) {
    const { Key, UploadId, MpuObjectSize, MultipartUpload } = input
    const parts = (MultipartUpload?.Parts ?? []).map((part) => {
      if (part.PartNumber === undefined || part.ETag === undefined) throw new ApiError('MalformedXML')
      return { partNumber: part.PartNumber, etag: part.ETag, checksum: checksumIn(part) }
    })
    const head = await services.completer.complete(bucket, Key, UploadId, {
      parts,
      condition: writeCondition(input),
      verify: ({ size, checksum }) => {
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

function checksumIn(input: WithChecksum): string | undefined {
  const name = members.find((member) => input[member] !== undefined)
  return name && input[name]
}

function checkChecksum(
  declared: string | undefined,
  type: Checksummed['type'] | undefined,
  actual: Checksummed | undefined,
): void {
  if (type !== undefined && actual !== undefined && type !== actual.type) {
    throw new ApiError(
      'InvalidRequest',
      `The upload was created using the ${actual.type} checksum mode. The complete request must use the same checksum mode.`,
    )
  }
  if (
    declared !== undefined &&
    actual !== undefined &&
    declared !== actual.value &&
    `${declared}-` !== actual.value.slice(0, declared.length + 1)
  ) {
    throw new ApiError('BadDigest', `The ${actual.algorithm} you specified did not match the calculated checksum.`)
  }
}

const wrongSize = (declared: number, actual: number): ApiError =>
  new ApiError(
    'InvalidRequest',
    `The provided 'x-amz-mp-object-size' header value ${declared} does not match what was computed: ${actual}`,
  )

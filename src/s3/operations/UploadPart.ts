import { ApiError } from '../../base/errors.ts'
import { UploadPart } from '../model.generated.ts'
import { operation } from '../operation.ts'
import { checksumMember } from '../output.ts'
import { declaredChecksum } from '../request-checksum.ts'
import { customerKey } from '../unsupported.ts'
import { putSizeMax } from './PutObject.ts'

export default operation(UploadPart, {
  action: 's3:PutObject',
  refuses: customerKey,
  async handle({ Key, UploadId, PartNumber, Body }, { request, bucket, contentLength, trailers, services }) {
    const upload = await services.uploads.get(bucket, Key, UploadId)
    const declared = declaredChecksum(request.headers, trailers)
    const algorithm = upload.checksumAlgorithm ?? declared.algorithm
    if (declared.algorithm !== undefined && declared.algorithm !== algorithm) {
      const [expected, actual] = [algorithm, declared.algorithm].map((name) => name?.toLowerCase())
      throw new ApiError(
        'InvalidRequest',
        `Checksum Type mismatch occurred, expected checksum Type: ${expected}, actual checksum Type: ${actual}`,
      )
    }
    const part = await services.uploads.putPart(bucket, upload, PartNumber, Body, {
      sizeExpected: contentLength,
      sizeMax: putSizeMax,
      algorithm,
      verify: declared.verify,
    })
    return { ETag: part.md5, ...checksumMember(part.checksumAlgorithm, part.checksum) }
  },
})

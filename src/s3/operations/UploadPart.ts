import { ApiError } from '../../base/errors.ts'
import { encryptionMembers, encryptionOfPart } from '../encryption.ts'
import { keyOf } from '../keys-of-clients.ts'
import { UploadPart } from '../model.generated.ts'
import { operation } from '../operation.ts'
import { checksumMember } from '../output.ts'
import { declaredChecksum } from '../request-checksum.ts'
import { putSizeMax } from './PutObject.ts'

export default operation(UploadPart, {
  action: 's3:PutObject',
  async handle(input, context) {
    const { Key, UploadId, PartNumber, Body } = input
    const { request, bucket, contentLength, trailers, services } = context
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
      encryption: encryptionOfPart(upload.encryption, keyOf(input, context)),
      verify: declared.verify,
    })
    const checksum = checksumMember(part.checksumAlgorithm, part.checksum)
    return { ETag: part.md5, ...encryptionMembers(upload.encryption), ...checksum }
  },
})

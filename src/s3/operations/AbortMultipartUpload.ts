import { AbortMultipartUpload } from '../model.generated.ts'
import { operation } from '../operation.ts'

export default operation(AbortMultipartUpload, {
  action: 's3:AbortMultipartUpload',
  refuses: ['IfMatchInitiatedTime'],
  async handle({ Key, UploadId }, { bucket, services }) {
    await services.uploads.abort(bucket, Key, UploadId)
    return {}
  },
})

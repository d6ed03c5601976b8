import { refuseEncryptionOfRead } from '../encryption.ts'
import { HeadObject } from '../model.generated.ts'
import { operation } from '../operation.ts'
import { findForRead } from '../read.ts'

export default operation(HeadObject, {
  action: ({ VersionId }) => (VersionId === undefined ? 's3:GetObject' : 's3:GetObjectVersion'),
  async handle(input, context) {
    refuseEncryptionOfRead(context.request.headers)
    const { head, headers } = await findForRead(input, context)
    context.confirm({ bucket: context.bucket, key: input.Key, head })
    return headers
  },
})

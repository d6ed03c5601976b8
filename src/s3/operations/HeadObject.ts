import { HeadObject } from '../model.generated.ts'
import { operation } from '../operation.ts'
import { findForRead } from '../read.ts'
import { customerKey } from '../unsupported.ts'

export default operation(HeadObject, {
  action: ({ VersionId }) => (VersionId === undefined ? 's3:GetObject' : 's3:GetObjectVersion'),
  refuses: customerKey,
  handle: async (input, context) => (await findForRead(input, context)).headers,
})

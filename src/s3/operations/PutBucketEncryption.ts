import { ApiError } from '../../base/errors.ts'
import type { BucketEncryption } from '../../objects/bucket.ts'
import { PutBucketEncryption } from '../model.generated.ts'
import { operation } from '../operation.ts'
import type { Infer } from '../shape.ts'

export default operation(PutBucketEncryption, {
  action: 's3:PutEncryptionConfiguration',
  async handle({ ServerSideEncryptionConfiguration }, { bucket, services }) {
    const encryption = encryptionOf(ServerSideEncryptionConfiguration)
    await services.buckets.update(bucket, (current) => ({ ...current, encryption }))
    return {}
  },
})

type Configuration = Infer<typeof PutBucketEncryption.input>['ServerSideEncryptionConfiguration']

/** Throws MalformedXML, InvalidArgument, NotImplemented. */
function encryptionOf({ Rules }: Configuration): BucketEncryption {
  const [rule, ...others] = Rules
  const byDefault = rule?.ApplyServerSideEncryptionByDefault
  if (rule === undefined || byDefault === undefined || others.length > 0) throw new ApiError('MalformedXML')
  if (byDefault.SSEAlgorithm !== 'AES256') throw notImplemented(`SSEAlgorithm ${byDefault.SSEAlgorithm}`)
  if (byDefault.KMSMasterKeyID !== undefined) {
    throw new ApiError(
      'InvalidArgument',
      'a KMSMasterKeyID is not applicable if the default sse algorithm is not aws:kms or aws:kms:dsse',
      { details: { ArgumentName: 'ApplyServerSideEncryptionByDefault' } },
    )
  }
  if (rule.BlockedEncryptionTypes?.EncryptionType?.some((type) => type !== 'NONE')) {
    throw notImplemented('BlockedEncryptionTypes')
  }
  const { BucketKeyEnabled: bucketKeyEnabled } = rule
  return { algorithm: 'AES256', ...(bucketKeyEnabled === undefined ? {} : { bucketKeyEnabled }) }
}

const notImplemented = (element: string): ApiError =>
  new ApiError(
    'NotImplemented',
    `The element ${element} that you provided implies functionality that is not implemented.`,
    {
      details: { Parameter: element },
    },
  )

import { HeadBucket } from '../model.generated.ts'
import { operation } from '../operation.ts'

export default operation(HeadBucket, {
  action: 's3:ListBucket',
  handle: (_input, { bucket }) => ({ BucketRegion: bucket.region, BucketArn: `arn:aws:s3:::${bucket.name}` }),
})

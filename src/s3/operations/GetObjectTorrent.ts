import { ApiError } from '../../base/errors.ts'
import { GetObjectTorrent } from '../model.generated.ts'
import { operation } from '../operation.ts'

/** No object has a torrent: S3 makes none since 2022, and answers as Ceph does where torrents are not made. */
export default operation(GetObjectTorrent, {
  action: 's3:GetObjectTorrent',
  async handle({ Key }, { bucket, services }) {
    await services.objects.find(bucket, Key)
    throw new ApiError('NoSuchKey', 'The object has no torrent: this server makes none.', { details: { Key } })
  },
})

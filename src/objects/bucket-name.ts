/** The rules for names of new buckets, as AWS documents them for general purpose buckets. Existing ones are found whatever their name. */
import { ApiError } from '../base/errors.ts'

const prefixes = ['xn--', 'sthree-', 'amzn-s3-demo-']
const suffixes = ['-s3alias', '--ol-s3', '.mrap', '--x-s3', '--table-s3']

/** Throws InvalidBucketName. */
export function checkBucketName(name: string): void {
  const fine =
    name.length >= 3 &&
    name.length <= 63 &&
    /^[a-z0-9][a-z0-9.-]*[a-z0-9]$/.test(name) &&
    !/\.\.|\.-|-\./.test(name) &&
    !/^\d{1,3}(\.\d{1,3}){3}$/.test(name) &&
    !prefixes.some((prefix) => name.startsWith(prefix)) &&
    !suffixes.some((suffix) => name.endsWith(suffix))
  if (!fine) throw new ApiError('InvalidBucketName', undefined, { details: { BucketName: name } })
}

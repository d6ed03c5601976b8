/** The rules for names of new buckets: AWS's for general purpose buckets, or a vendor's. Existing ones are found whatever their name. */
import { ApiError } from '../base/errors.ts'

/** As the toggle `naming.bucket` has it. */
export type BucketNaming = 'aws' | 'qencode' | 'relaxed'

const prefixes = ['xn--', 'sthree-', 'amzn-s3-demo-']
const suffixes = ['-s3alias', '--ol-s3', '.mrap', '--x-s3', '--table-s3']

/** Characters of a name under the relaxed rule. */
const relaxedLengthMax = 128

const rules: Readonly<Record<BucketNaming, (name: string) => boolean>> = {
  aws: (name) =>
    name.length >= 3 &&
    name.length <= 63 &&
    /^[a-z0-9][a-z0-9.-]*[a-z0-9]$/.test(name) &&
    !/\.\.|\.-|-\./.test(name) &&
    !/^\d{1,3}(\.\d{1,3}){3}$/.test(name) &&
    !prefixes.some((prefix) => name.startsWith(prefix)) &&
    !suffixes.some((suffix) => name.endsWith(suffix)),
  qencode: (name) => /^[A-Za-z0-9-]{6,63}$/.test(name),
  // `.` and `..` would be taken for folders by whatever normalises a URL on the way.
  relaxed: (name) =>
    name !== '' &&
    name !== '.' &&
    name !== '..' &&
    !/[/\p{Cc}\p{Cs}]/u.test(name) &&
    name.length <= 2 * relaxedLengthMax &&
    Array.from(name).length <= relaxedLengthMax,
}

const meanings: Readonly<Record<BucketNaming, string | undefined>> = {
  aws: undefined,
  qencode:
    'The specified bucket is not valid. A name here has 6 to 63 characters, which are letters, digits or hyphens.',
  relaxed:
    'The specified bucket is not valid. A name here has 1 to 128 characters, none of which is a slash or a control character.',
}

/** Throws InvalidBucketName. */
export function checkBucketName(name: string, naming: BucketNaming = 'aws'): void {
  if (rules[naming](name)) return
  throw new ApiError('InvalidBucketName', meanings[naming], { details: { BucketName: name } })
}

/** The rules for names of new buckets: AWS's for general purpose buckets, or a vendor's. Existing ones are found whatever their name. */
import { ApiError } from '../base/errors.ts'

/** As the toggle `naming.bucket` has it. */
export type BucketNaming = 'aws' | 'qencode' | 'relaxed'

const prefixes = ['xn--', 'sthree-', 'amzn-s3-demo-']
const suffixes = ['-s3alias', '--ol-s3', '.mrap', '--x-s3', '--table-s3']

/** No bucket's, whatever its case: its delivery host is where the console shows users' content from, which no bucket may share an origin with. */
export const contentHostName = 'uc'
/** Likewise, where the bucket stands in the path. */
const contentPathName = '~content'

/** Characters of a name under the relaxed rule. */
const relaxedLengthMax = 128

/** One thing that a name must be. */
export interface NameRule {
  /** In words, as it holds: "It has …". */
  readonly meaning: string
  keptBy(name: string): boolean
}

/** What a name must be, rule by rule, so that whoever chooses one is told what is wrong with it. */
export const bucketNameRules: Readonly<Record<BucketNaming, readonly NameRule[]>> = {
  aws: [
    { meaning: 'It has 3 to 63 characters.', keptBy: (name) => name.length >= 3 && name.length <= 63 },
    { meaning: 'They are lowercase letters, digits, dots and hyphens.', keptBy: (name) => /^[a-z0-9.-]*$/.test(name) },
    {
      meaning: 'It begins and ends with a letter or a digit.',
      keptBy: (name) => /^[a-z0-9]$|^[a-z0-9][^]*[a-z0-9]$/i.test(name),
    },
    { meaning: 'No dot stands beside another dot or a hyphen.', keptBy: (name) => !/\.\.|\.-|-\./.test(name) },
    { meaning: 'It does not look like an IP address.', keptBy: (name) => !/^\d{1,3}(\.\d{1,3}){3}$/.test(name) },
    {
      meaning: `It does not begin with ${prefixes.join(', ')}, nor end with ${suffixes.join(', ')}.`,
      keptBy: (name) =>
        !prefixes.some((prefix) => name.startsWith(prefix)) && !suffixes.some((suffix) => name.endsWith(suffix)),
    },
  ],
  qencode: [
    { meaning: 'It has 6 to 63 characters.', keptBy: (name) => name.length >= 6 && name.length <= 63 },
    { meaning: 'They are letters, digits and hyphens.', keptBy: (name) => /^[A-Za-z0-9-]*$/.test(name) },
  ],
  relaxed: [
    {
      meaning: `It has 1 to ${relaxedLengthMax} characters.`,
      keptBy: (name) =>
        name !== '' && name.length <= 2 * relaxedLengthMax && Array.from(name).length <= relaxedLengthMax,
    },
    { meaning: 'None of them is a slash or a control character.', keptBy: (name) => !/[/\p{Cc}\p{Cs}]/u.test(name) },
    // They would be taken for folders by whatever normalises a URL on the way.
    { meaning: 'It is not `.` or `..`.', keptBy: (name) => name !== '.' && name !== '..' },
    {
      meaning: `It is neither ${contentHostName} nor ${contentPathName}, where the console shows what is in buckets.`,
      keptBy: (name) => ![contentHostName, contentPathName].includes(name.toLowerCase()),
    },
  ],
}

const meanings: Readonly<Record<BucketNaming, string | undefined>> = {
  aws: undefined,
  qencode:
    'The specified bucket is not valid. A name here has 6 to 63 characters, which are letters, digits or hyphens.',
  relaxed:
    'The specified bucket is not valid. A name here has 1 to 128 characters, none of which is a slash or a control character, and is neither uc nor ~content.',
}

/** Throws InvalidBucketName. */
export function checkBucketName(name: string, naming: BucketNaming = 'aws'): void {
  if (bucketNameRules[naming].every((rule) => rule.keptBy(name))) return
  throw new ApiError('InvalidBucketName', meanings[naming], { details: { BucketName: name } })
}

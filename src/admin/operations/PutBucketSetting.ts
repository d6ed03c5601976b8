import { z } from 'zod'
import { ApiError } from '../../base/errors.ts'
import { settingNames, settings, type SettingName } from '../bucket-settings.ts'
import { bucketOf } from '../bucket-of.ts'
import { isPreset, presetRules } from '../cors-presets.ts'
import { operation } from '../operation.ts'
import { done, ok } from '../schemas.ts'

export default operation({
  method: 'PUT',
  path: '/v1/buckets/{bucket}/settings/{setting}',
  summary: 'Change a setting of a bucket',
  description:
    'In AWS\'s JSON: what `aws s3api put-bucket-…` takes, such as `{"CORSRules": […]}` for `cors`, `{"Status": "Enabled"}` for `versioning`, or the policy\'s document for `policy`; what GET answers will do too. What GET answers can be put as it is. For `cors` a preset will do: `{"preset": "video-player", "origins": ["https://www.example.com"]}`.',
  tag: 'Buckets',
  right: 'storage.write',
  params: z.object({ bucket: z.string(), setting: z.enum(settingNames) }),
  body: z.looseObject({}),
  answer: done,
  errors: [
    'NoSuchBucket',
    'IllegalVersioningConfigurationException',
    'InvalidBucketState',
    'InvalidEncryptionAlgorithmError',
    'InvalidRetentionPeriod',
    'InvalidTag',
    'MalformedPolicy',
    'NotImplemented',
  ],
  target: ({ params }) => `${params.setting} of bucket ${params.bucket}`,
  async handle({ params, body }, { principal, services, request }) {
    const { name } = await bucketOf(params.bucket, principal, services)
    const [put] = settings[params.setting]
    await services.s3(put, { Bucket: name, ...inputOf(params.setting, body) }, principal, request)
    return ok
  },
})

type Json = Readonly<Record<string, unknown>>

/** The input of the operation of S3, of the setting alone or as GET answers it. Throws InvalidArgument for a preset that there is not. */
function inputOf(setting: SettingName, body: Json): Json {
  const [, , , member] = settings[setting]
  // Of a policy GET answers the document's text.
  if (member === undefined) return isOnly(body, 'Policy') ? body : { Policy: JSON.stringify(body) }
  if (isOnly(body, member)) return body
  if (setting === 'cors' && body['preset'] !== undefined) return { [member]: { CORSRules: rulesOf(body) } }
  if (setting !== 'lifecycle') return { [member]: body }
  // GET answers it beside the rules, S3 takes it as a header.
  const { TransitionDefaultMinimumObjectSize, ...content } = body
  return { [member]: content, TransitionDefaultMinimumObjectSize }
}

const isOnly = (body: Json, member: string): boolean => Object.keys(body).length === 1 && Object.hasOwn(body, member)

function rulesOf(body: Json) {
  if (isPreset(body)) return presetRules(body)
  throw new ApiError(
    'InvalidArgument',
    'A preset is {"preset": "video-player" or "browser-upload", "origins": ["https://…"]}.',
  )
}

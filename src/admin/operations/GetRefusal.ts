import { z } from 'zod'
import { ApiError } from '../../base/errors.ts'
import { operation } from '../operation.ts'
import { refusal, seenBy, showRefusal } from '../refusal.ts'

export default operation({
  method: 'GET',
  path: '/v1/refusals/{request_id}',
  summary: 'Why a request was refused',
  description:
    'What was checked, what differed, and what to do about it, by the x-amz-request-id (or x-request-id) of the answer. Known a second or two after it, for a day.',
  tag: 'Refusals',
  right: 'storage.read',
  params: z.object({ request_id: z.string().max(64) }),
  answer: z.strictObject({ refusal }),
  errors: ['NoSuchEntity'],
  async handle({ params: { request_id } }, { principal, services }) {
    const found = await services.refusals.get(request_id.toUpperCase(), seenBy(principal))
    if (found !== undefined) return { refusal: showRefusal(found, principal) }
    throw new ApiError(
      'NoSuchEntity',
      'No refusal of that request id is known. They are kept for a day; what is merely not there is none.',
    )
  },
})

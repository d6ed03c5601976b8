/** Who may read an object, or all of a bucket, by S3: as its authorisation decides, and why. */
import type { Identity } from '../access/authorize.ts'
import { decisionOn, type Decision } from '../access/decision.ts'
import type { HttpRequest } from '../http/message.ts'
import type { Bucket } from '../objects/bucket.ts'
import { Authorization } from './authorization.ts'
import { requestOf } from './call.ts'
import type { Services } from './context.ts'

interface Order {
  readonly bucket: Bucket
  readonly key: string | undefined
  readonly identities: readonly (Identity | undefined)[]
}

interface Readers {
  readonly decisions: readonly Decision[]
  readonly needsCustomerKey: boolean
}

type Caller = Pick<HttpRequest, 'id' | 'secure' | 'remoteAddress' | 'signal'>

/** Conditions of policies are held against the caller's own request: its address, the time. The bucket's record may be one that is nowhere kept. */
export const createFindReaders =
  (services: Services) =>
  async ({ bucket, key, identities }: Order, caller: Caller): Promise<Readers> => {
    const toggles = services.toggles(bucket)
    const decisions: Decision[] = []
    let needsCustomerKey = false
    for (const identity of identities) {
      const method = identity === undefined ? 'anonymous' : 'v4-header'
      const facts = { request: requestOf(caller, { method: 'GET', query: '' }), method, input: {} } as const
      const authorization = new Authorization(identity, facts, services, { bucket, toggles })
      const { question, head } = await authorization.questionOf({ action: 's3:GetObject', bucket, key })
      needsCustomerKey ||= head?.encryption?.kind === 'SSE-C'
      decisions.push(toggles['s3.getObject'] === 'disabled' ? switchedOff : decisionOn(question))
    }
    return { decisions, needsCustomerKey }
  }

const switchedOff: Decision = {
  allowed: false,
  because: 'GetObject is switched off here (s3.getObject): objects are read through delivery.',
}

/**
 * What a request may do: brings together who asks, the bucket's policy, the ACL that counts and what the request says under policies' conditions, and
 * has authorize() decide. A request of the account that owns a bucket without a policy costs next to nothing here.
 */
import { authorize, may, type Authorized, type Identity, type Question } from '../access/authorize.ts'
import { parsePolicy } from '../access/policy/parse-policy.ts'
import type { Policy } from '../access/policy/policy.ts'
import type { Bucket } from '../objects/bucket.ts'
import { aclAllows, isDecidedByObject, privateAcl, type Acl } from '../objects/acl.ts'
import type { Head } from '../objects/head.ts'
import { aclRulesOf } from './access/acl-rules.ts'
import { conditionContext, type RequestFacts } from './condition-context.ts'
import type { Services } from './context.ts'

/** What is asked of it. */
export interface Demand {
  readonly action: string
  /** Undefined where the action is on no bucket that exists. */
  readonly bucket: Bucket | undefined
  readonly key?: string | undefined
  readonly versionId?: string | undefined
  /** As at the end of an ARN, where it is not the bucket and the key. */
  readonly resource?: string | undefined
  /** For s3:ListBucket: the prefix that is listed, where that is not the request's. */
  readonly listsPrefix?: string | undefined
}

export type AskingFacts = Pick<RequestFacts, 'request' | 'method' | 'input'>

export class Authorization {
  readonly identity: Identity | undefined
  readonly #facts: AskingFacts
  readonly #services: Services

  constructor(identity: Identity | undefined, facts: AskingFacts, services: Services) {
    this.identity = identity
    this.#facts = facts
    this.#services = services
  }

  /** Throws AccessDenied. Answers at once where nothing has to be read. */
  require(demand: Demand): Authorized | Promise<Authorized> {
    const { bucket } = demand
    const { identity } = this
    if (
      bucket === undefined ||
      (bucket.policy === undefined && !this.#countsAcl(demand) && identity?.user === undefined)
    )
      return authorize(this.#simple(demand))
    return this.#question(demand).then(authorize)
  }

  async may(demand: Demand): Promise<boolean> {
    return may(await this.#question(demand))
  }

  #simple({ action, bucket, key, resource }: Demand): Question {
    return {
      identity: this.identity,
      action,
      resource: resource ?? arnEnd(bucket, key),
      ownerId: bucket?.accountId,
      ...(this.identity === undefined && action === 's3:ListAllMyBuckets'
        ? { aclAllows: () => this.#services.toggles()['anonymous.listBuckets'] === 'empty' }
        : undefined),
      ...(bucket === undefined && this.identity?.user !== undefined ? { context: this.#context(bucket) } : undefined),
    }
  }

  /** Whether an ACL may decide: where the bucket has ACLs, unless its owner asks for what no object's owner decides. */
  #countsAcl({ action, bucket }: Demand): boolean {
    if (!hasAcls(bucket!, this.#services)) return false
    return isDecidedByObject(action) || this.identity?.accountId !== bucket!.accountId
  }

  async #question(demand: Demand): Promise<Question> {
    const { action, bucket, key, versionId } = demand
    if (bucket === undefined) return this.#simple(demand)
    const compiled = compiledPolicy(bucket)
    const countsAcl = this.#countsAcl(demand)
    const ofObject = key !== undefined && isDecidedByObject(action)
    const isRoot = this.identity?.accountId === bucket.accountId && this.identity.user === undefined
    const reads = key !== undefined && ((ofObject && (countsAcl || !isRoot)) || compiled?.asksForTags === true)
    const head = reads ? await this.#head(bucket, key, versionId) : undefined
    // Whether an object is there is for those to know who may list.
    if (ofObject && reads && head === undefined && !isRoot)
      return this.#question({ action: 's3:ListBucket', bucket, listsPrefix: key })
    const byObject = ofObject && countsAcl && head !== undefined
    const acl = byObject ? aclOfObject(head, bucket) : (bucket.acl ?? privateAcl(bucket.accountId))
    const { accountId } = this.identity ?? {}
    const asking = { accountId, action, ignoresPublic: bucket.publicAccessBlock?.ignorePublicAcls }
    return {
      ...this.#simple(demand),
      ownerId: byObject ? acl.ownerId : bucket.accountId,
      bucketOwnerId: bucket.accountId,
      bucketPolicy: compiled?.policy,
      policyIsExclusive: this.#services.toggles(bucket)['policy.exclusive'],
      restrictPublicBuckets: bucket.publicAccessBlock?.restrictPublicBuckets === true,
      ...(countsAcl ? { aclAllows: () => aclAllows(acl, asking) } : undefined),
      context: this.#context(bucket, head, demand.listsPrefix),
    }
  }

  #context(bucket: Bucket | undefined, head?: Head, listsPrefix?: string) {
    const { request, method, input } = this.#facts
    return conditionContext({
      ...{ request, method },
      input: listsPrefix === undefined ? input : { Prefix: listsPrefix },
      bucket,
      nowMs: this.#services.clock.now(),
      existingTags: head === undefined ? undefined : (head.tags ?? {}),
    })
  }

  /** Undefined where there is none: what is told then depends on what else the request may do. */
  async #head(bucket: Bucket, key: string, versionId: string | undefined): Promise<Head | undefined> {
    try {
      return await this.#services.objects.find(bucket, key, versionId)
    } catch {
      return undefined
    }
  }
}

/** Whether ACLs count in a bucket: by its toggle, and by its ownership controls. */
export const hasAcls = (bucket: Bucket, { toggles }: Services): boolean =>
  aclRulesOf(bucket, toggles(bucket).acl) === 'full'

export function aclOfObject(head: Pick<Head, 'acl' | 'ownerId'>, bucket: Bucket): Acl {
  return head.acl ?? privateAcl(head.ownerId ?? bucket.accountId)
}

interface Compiled {
  readonly policy: Policy
  /** Its conditions speak of the tags of the object asked for. */
  readonly asksForTags: boolean
}

const compiledPolicies = new WeakMap<Bucket, Compiled>()

/** The bucket's policy, made ready once for each state of the bucket's record. A policy that cannot be read throws: it may deny. */
export function compiledPolicy(bucket: Bucket): Compiled | undefined {
  if (bucket.policy === undefined) return undefined
  let compiled = compiledPolicies.get(bucket)
  if (compiled === undefined) {
    const policy = read(bucket.policy, bucket.name)
    const asksForTags = [...policy.keys].some((key) => key.startsWith('s3:existingobjecttag/'))
    compiled = { policy, asksForTags }
    compiledPolicies.set(bucket, compiled)
  }
  return compiled
}

/** It was checked when it was put: that it does not parse is no fault of the client's. */
function read(text: string, bucketName: string): Policy {
  try {
    return parsePolicy(text, 'bucket', bucketName, { lenient: true })
  } catch (cause) {
    throw new Error(`The policy of bucket ${bucketName} cannot be read`, { cause })
  }
}

const arnEnd = (bucket: Bucket | undefined, key: string | undefined): string =>
  bucket === undefined ? '*' : key === undefined ? bucket.name : `${bucket.name}/${key}`

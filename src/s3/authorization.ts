/**
 * What a request may do: brings together who asks, the bucket's policy, the ACL that counts and what the request says under policies' conditions, and
 * has authorize() decide. A request of the account that owns a bucket without a policy costs next to nothing here.
 */
import { authorize, may, type Authorized, type Identity, type Question } from '../access/authorize.ts'
import { parsePolicy } from '../access/policy/parse-policy.ts'
import type { Policy } from '../access/policy/policy.ts'
import { ApiError } from '../base/errors.ts'
import type { Bucket } from '../objects/bucket.ts'
import { aclAllows, isDecidedByObject, privateAcl, type Acl } from '../objects/acl.ts'
import type { Head } from '../objects/head.ts'
import type { Located } from '../objects/objects.ts'
import type { Toggles } from '../objects/profile.ts'
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

/** A bucket, and the toggles that hold in it. */
interface Addressed {
  readonly bucket: Bucket | undefined
  readonly toggles: Toggles
}

export type AskingFacts = Pick<RequestFacts, 'request' | 'method' | 'input'>

export class Authorization {
  readonly identity: Identity | undefined
  readonly #facts: AskingFacts
  readonly #services: Services
  readonly #addressed: Addressed | undefined
  /** What was decided by an object's ACL or tags, by bucket and key. */
  #decided: Map<string, Decision[]> | undefined

  /** `addressed`: what is known already of the bucket that the request is about. */
  constructor(identity: Identity | undefined, facts: AskingFacts, services: Services, addressed?: Addressed) {
    this.identity = identity
    this.#facts = facts
    this.#services = services
    this.#addressed = addressed
  }

  /**
   * Throws AccessDenied; and for those who may know that an object is not there, but not read it, what its reader would be told. Answers at once
   * where nothing has to be read.
   */
  require(demand: Demand): Authorized | Promise<Authorized> {
    const { bucket } = demand
    const { identity } = this
    if (
      bucket === undefined ||
      (bucket.policy === undefined && !this.#countsAcl(demand) && identity?.user === undefined)
    )
      return authorize(this.#simple(demand))
    return this.#requireSlowly(demand)
  }

  async #requireSlowly(demand: Demand): Promise<Authorized> {
    const { question, missing, head } = await this.#ask(demand)
    const authorized = authorize(question)
    if (missing !== undefined) throw missing
    if (head !== undefined) this.#remember(demand, head)
    return authorized
  }

  #remember(demand: Demand, head: Head): void {
    this.#decided ??= new Map()
    const name = nameOf(demand.bucket!, demand.key!)
    this.#decided.set(name, [...(this.#decided.get(name) ?? []), { demand, head }])
  }

  /**
   * To be called of each version that is given out or copied: what was decided by an object's ACL or tags is decided again where another
   * version, or other words of it, have come in its place since. Throws AccessDenied.
   */
  confirm({ bucket, key, head }: Located): void {
    for (const { demand, head: former } of this.#decided?.get(nameOf(bucket, key)) ?? []) {
      if (former !== head) authorize(this.#about(demand, head))
    }
  }

  /** On all objects of a bucket, whichever they are: throws AccessDenied where it is denied on some of them, or not allowed on all. */
  requireOnAll(action: string, bucket: Bucket): Authorized {
    const question = this.#about({ action, bucket, key: '*' }, undefined)
    return authorize({ ...question, under: `${bucket.name}/` })
  }

  /**
   * What would be asked of reading an object, or, without a key, all of a bucket's: for those who want to know why. Of an object that is not there
   * nothing is known but its name.
   */
  async questionOf({ action, bucket, key }: Demand & { readonly bucket: Bucket }): Promise<Asked> {
    if (key === undefined) {
      const question = this.#about({ action, bucket, key: '*' }, undefined)
      return { question: { ...question, under: `${bucket.name}/` } }
    }
    const found = await this.#find(bucket, key, undefined)
    const head = found instanceof ApiError ? undefined : found
    return { question: this.#about({ action, bucket, key }, head), head }
  }

  async may(demand: Demand): Promise<boolean> {
    const { question, missing } = await this.#ask(demand)
    return missing === undefined && may(question)
  }

  /**
   * Of what the request is about to make, and what will be the asking account's (the bucket's, where nobody signed): throws AccessDenied where the
   * account does not let its user do this too, or the bucket's policy forbids it.
   */
  requireOfNew({ action, bucket, key, resource }: Demand): Authorized {
    return authorize({
      ...this.#simple({ action, bucket, key, resource }),
      ownerId: this.identity?.accountId ?? bucket?.accountId,
      bucketOwnerId: bucket?.accountId,
      bucketPolicy: bucket === undefined ? undefined : compiledPolicy(bucket)?.policy,
      aclAllows: () => true,
      context: this.#context(bucket),
    })
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
    if (!isDecidedByObject(action) && this.identity?.accountId === bucket!.accountId) return false
    return aclRulesOf(bucket!, this.#togglesOf(bucket!).acl) === 'full'
  }

  #togglesOf(bucket: Bucket): Toggles {
    return this.#addressed?.bucket === bucket ? this.#addressed.toggles : this.#services.toggles(bucket)
  }

  async #ask(demand: Demand): Promise<Asked> {
    const { action, bucket, key, versionId } = demand
    if (bucket === undefined) return { question: this.#simple(demand) }
    const countsAcl = this.#countsAcl(demand)
    const isOfObject = key !== undefined && isDecidedByObject(action)
    const isRoot = this.identity?.accountId === bucket.accountId && this.identity.user === undefined
    const asksForTags = this.#asksForTags(bucket)
    const reads = key !== undefined && ((isOfObject && (countsAcl || !isRoot)) || asksForTags)
    const found = reads ? await this.#find(bucket, key, versionId) : undefined
    if (!(found instanceof ApiError)) return { question: this.#about(demand, found), head: found }
    const question = this.#about(demand, undefined)
    if (!isOfObject || isRoot) return { question }
    // Whether an object is there is for those to know who may list. One that comes to be meanwhile is read by those only who may read it.
    const mayRead = !countsAcl && !asksForTags && may(question)
    const listing = this.#about({ action: 's3:ListBucket', bucket, listsPrefix: key }, undefined)
    return { question: listing, missing: mayRead ? undefined : found }
  }

  /** What is asked of a bucket that exists; `head` is the object's, where it counts and is there. */
  #about(demand: Demand, head: Head | undefined): Question {
    const { action, key } = demand
    const bucket = demand.bucket!
    const countsAcl = this.#countsAcl(demand)
    const byObject = countsAcl && head !== undefined && key !== undefined && isDecidedByObject(action)
    const acl = byObject ? aclOfObject(head, bucket) : (bucket.acl ?? privateAcl(bucket.accountId))
    const asking = {
      accountId: this.identity?.accountId,
      action,
      ignoresPublic: bucket.publicAccessBlock?.ignorePublicAcls,
    }
    return {
      ...this.#simple(demand),
      ownerId: byObject ? acl.ownerId : bucket.accountId,
      bucketOwnerId: bucket.accountId,
      bucketPolicy: compiledPolicy(bucket)?.policy,
      policyIsExclusive: this.#togglesOf(bucket)['policy.exclusive'],
      restrictPublicBuckets: bucket.publicAccessBlock?.restrictPublicBuckets === true,
      ...(countsAcl
        ? { aclAllows: () => aclAllows(acl, asking), aclIgnoresPublic: asking.ignoresPublic === true }
        : undefined),
      context: this.#context(bucket, head, demand),
    }
  }

  /** Whether a policy that counts speaks of the tags of the object asked for. */
  #asksForTags(bucket: Bucket): boolean {
    const ofUser = this.identity?.user?.policies.some(speaksOfTags) ?? false
    return ofUser || compiledPolicy(bucket)?.asksForTags === true
  }

  #context(bucket: Bucket | undefined, head?: Head, { listsPrefix, versionId }: Partial<Demand> = {}) {
    const { request, method, input } = this.#facts
    // A request may be about more versions than the one that it names itself: of a source, of many to delete.
    const asked = versionId === undefined ? input : { ...input, VersionId: versionId }
    return conditionContext({
      ...{ request, method },
      input: listsPrefix === undefined ? asked : { Prefix: listsPrefix },
      bucket,
      nowMs: this.#services.clock.now(),
      existingTags: head === undefined ? undefined : (head.tags ?? {}),
    })
  }

  /** The error where there is none: what is told then depends on what else the request may do. */
  async #find(bucket: Bucket, key: string, versionId: string | undefined): Promise<Head | ApiError> {
    try {
      return await this.#services.objects.find(bucket, key, versionId)
    } catch (error) {
      if (error instanceof ApiError && absences.has(error.code)) return error
      throw error
    }
  }
}

/** Why a version is not found. Any other error means that nobody knows what it is, and what may be done to it. */
const absences: ReadonlySet<string> = new Set(['NoSuchKey', 'NoSuchVersion', 'MethodNotAllowed', 'InvalidArgument'])

interface Asked {
  readonly question: Question
  /** The object that counts in it. */
  readonly head?: Head | undefined
  /** What is to be thrown where the question is answered with yes. */
  readonly missing?: ApiError | undefined
}

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
    compiled = { policy, asksForTags: speaksOfTags(policy) }
    compiledPolicies.set(bucket, compiled)
  }
  return compiled
}

function speaksOfTags({ keys }: Policy): boolean {
  for (const key of keys) if (key.startsWith('s3:existingobjecttag/')) return true
  return false
}

/** It was checked when it was put: that it does not parse is no fault of the client's. */
function read(text: string, bucketName: string): Policy {
  try {
    return parsePolicy(text, 'bucket', bucketName, { lenient: true })
  } catch (cause) {
    throw new Error(`The policy of bucket ${bucketName} cannot be read`, { cause })
  }
}

interface Decision {
  readonly demand: Demand
  /** By which it was decided. */
  readonly head: Head
}

const nameOf = ({ id }: Bucket, key: string): string => `${id}/${key}`

const arnEnd = (bucket: Bucket | undefined, key: string | undefined): string =>
  bucket === undefined ? '*' : key === undefined ? bucket.name : `${bucket.name}/${key}`

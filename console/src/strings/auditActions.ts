/**
 * What the audit log says was done, as the middle of a sentence whose beginning is who did it and whose end, mostly, is what it was done to: what was
 * done, and what was tried in vain.
 */
export interface Verb {
  readonly done: string
  readonly tried: string
  /** The sentence is whole without its target. */
  readonly alone?: true
}

const verb = (done: string, tried: string): Verb => ({ done, tried })
const alone = (done: string, tried: string): Verb => ({ done, tried, alone: true })

const created = verb('created', 'create')
const deleted = verb('deleted', 'delete')
const changed = verb('changed', 'change')
const set = verb('set', 'set')
const link = verb('made a', 'make a')

export const auditActions: Readonly<Record<string, Verb>> = {
  CreateBucket: created,
  UpdateBucket: changed,
  DeleteBucket: deleted,
  EmptyBucket: verb('began to empty and delete', 'empty and delete'),
  PutBucketPolicy: verb('changed who may read', 'change who may read'),
  PutBucketSetting: set,
  DeleteBucketSetting: verb('removed', 'remove'),
  PutBucketProfile: set,
  CreateAccessKey: verb('generated', 'generate'),
  UpdateAccessKey: changed,
  RegenerateAccessKey: verb('generated a new secret for', 'generate a new secret for'),
  DeleteAccessKey: deleted,
  CreateSigningKey: verb('created a', 'create a'),
  UpdateSigningKey: changed,
  DeleteSigningKey: deleted,
  RevokeToken: verb('revoked', 'revoke'),
  Presign: link,
  SignUrl: link,
  CreateDomain: verb('added', 'add'),
  VerifyDomain: verb('verified', 'verify'),
  PutDomainCertificate: verb('uploaded the', 'upload the'),
  DeleteDomain: verb('removed', 'remove'),
  CreateUser: created,
  UpdateUser: changed,
  DeleteUser: deleted,
  PutUserPolicy: set,
  DeleteUserPolicy: deleted,
  SetUserPassword: verb('set the', 'set the'),
  CreateSignInLink: verb('made a', 'make a'),
  CreateApiKey: created,
  UpdateApiKey: changed,
  DeleteApiKey: deleted,
  CreateAccount: created,
  UpdateAccount: changed,
  PutAccountProfile: set,
  SignIn: alone('signed in', 'sign in'),
  SignOut: alone('signed out', 'sign out'),
  DeleteSession: verb('ended', 'end'),
  SetOwnPassword: alone('changed their password', 'change their password'),
  Setup: alone('set a password by a sign-in link', 'set a password by a sign-in link'),
  PutObject: verb('uploaded', 'upload'),
  UpdateObject: changed,
  PutObjectTags: set,
  PutObjectRetention: set,
  PutObjectLegalHold: set,
  CopyObject: verb('copied', 'copy'),
  MoveObject: verb('moved', 'move'),
  DeleteObjects: deleted,
  UndeleteObject: verb('brought back', 'bring back'),
  PurgeDeletedObject: verb('deleted for good', 'delete for good'),
  CreateUpload: verb('began', 'begin'),
  CompleteUpload: verb('completed', 'complete'),
  AbortUpload: verb('gave up', 'give up'),
  PutPart: verb('uploaded', 'upload'),
  CreateContentLink: verb('opened', 'open'),
}

/** Of an action that is not known here its name is told, in words: `PutObjectTags` → `put object tags:`. */
export function verbOf(action: string): Verb {
  const words = action.replace(/(?<=[a-z])(?=[A-Z])/g, ' ').toLowerCase()
  return auditActions[action] ?? { done: `${words}:`, tried: `${words}:` }
}

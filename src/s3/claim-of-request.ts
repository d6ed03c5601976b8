/** What a refused request says of its signature, read once more for people: loosely, since it may be what was wrong. Never the signature itself. */
import type { HttpRequest } from '../http/message.ts'
import { Query } from '../http/query.ts'

export interface ToldClaim {
  readonly form: 'v4-header' | 'v4-query' | 'v2-header' | 'v2-query' | 'other'
  readonly accessKeyId: string | undefined
  /** Of Version 4: date, region and service of the credential's scope, and how it ends. */
  readonly scope: { readonly date: string; readonly region: string; readonly service: string } | undefined
  readonly signedHeaders: readonly string[]
  /** As sent. */
  readonly time: string | undefined
}

/** Undefined where it bears none. */
export function toldClaimOf({ headers, query }: Pick<HttpRequest, 'headers' | 'query'>): ToldClaim | undefined {
  const { authorization } = headers
  if (authorization !== undefined) return claimOfHeader(authorization, headers)
  const parameters = new Map(parametersOf(query))
  const time = parameters.get('X-Amz-Date')
  const credential = parameters.get('X-Amz-Credential')
  if (credential !== undefined || parameters.has('X-Amz-Signature') || parameters.has('X-Amz-Algorithm'))
    return claim4('v4-query', credential ?? '', parameters.get('X-Amz-SignedHeaders') ?? '', time)
  const accessKeyId = parameters.get('AWSAccessKeyId')
  if (accessKeyId === undefined && !parameters.has('Signature')) return undefined
  return {
    ...{ form: 'v2-query', accessKeyId: plainId(accessKeyId), scope: undefined, signedHeaders: [] },
    time: parameters.get('Expires'),
  }
}

/** A query that cannot be read says nothing. */
function parametersOf(query: string): Query['parameters'] {
  try {
    return Query.parse(query).parameters
  } catch {
    return []
  }
}

function claimOfHeader(authorization: string, headers: HttpRequest['headers']): ToldClaim {
  const time = headers['x-amz-date'] ?? headers['date']
  const none = { scope: undefined, signedHeaders: [], time }
  if (authorization.startsWith('AWS4-')) {
    const [, credential = ''] = /Credential=([^,\s]*)/.exec(authorization) ?? []
    const [, signed = ''] = /SignedHeaders=([^,\s]*)/.exec(authorization) ?? []
    return claim4('v4-header', credential, signed, time)
  }
  const [, accessKeyId] = /^AWS ([^:\s]*):/.exec(authorization) ?? []
  if (accessKeyId !== undefined) return { form: 'v2-header', accessKeyId: plainId(accessKeyId), ...none }
  return { form: 'other', accessKeyId: undefined, ...none }
}

function claim4(
  form: 'v4-header' | 'v4-query',
  credential: string,
  signed: string,
  time: string | undefined,
): ToldClaim {
  const parts = credential.split('/')
  const [date, region, service] = parts.slice(-4, -1)
  return {
    form,
    accessKeyId: plainId(parts.length > 4 ? parts.slice(0, -4).join('/') : parts[0]),
    scope:
      parts.length > 4 && date !== undefined && region !== undefined && service !== undefined
        ? { date, region, service }
        : undefined,
    signedHeaders: signed === '' ? [] : signed.split(';'),
    time,
  }
}

/** What is no id may be a secret in the wrong place. */
const plainId = (id: string | undefined): string | undefined =>
  id !== undefined && /^[\w-]{1,128}$/.test(id) && (id.length <= 32 || /^[A-Z0-9]+$/.test(id)) ? id : undefined

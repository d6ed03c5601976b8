/**
 * Tickets for the content origin: what a link of the console carries in its path, in place of the session's cookie, which that origin never sees. A JWT
 * (RFC 7519) by HS256 alone, under a key of its own and with a type and an audience of its own, so that it is never taken for an access token, nor one
 * for it. It says which session asks for what; what that session may is asked anew at each use.
 */
import { errors, jwtVerify, SignJWT, type JWTPayload } from 'jose'
import type { Clock } from '../base/clock.ts'
import type { MasterKey } from './sealing.ts'

/** How what is asked for is to be shown: by itself, with what stands beside it, as a file, or as a file of all below a prefix. */
export type ContentKind = 'preview' | 'player' | 'download' | 'archive'

export interface ContentTicket {
  readonly sessionId: string
  readonly bucketId: string
  readonly bucketName: string
  readonly kind: ContentKind
  /** The key; of an archive the prefix. */
  readonly key: string
  readonly versionId: string | undefined
  /** Of the console that asked for it, which alone may show it in a frame. */
  readonly consoleOrigin: string | undefined
}

/** How long a ticket is good for, in seconds: a player asks for more all the time, a download begins and goes on. */
export const ticketLifetimeSeconds: Readonly<Record<ContentKind, number>> = {
  preview: 43_200,
  player: 43_200,
  download: 3600,
  archive: 3600,
}

const type = 'content-ticket+jwt'
const audience = 'content'
/** Longest ticket that is looked at, in characters: one for the longest key has some 2,600. */
const lengthMax = 4096

export class ContentTickets {
  readonly #secret: Uint8Array
  readonly #clock: Clock

  constructor({ masterKey, clock }: { readonly masterKey: MasterKey; readonly clock: Clock }) {
    this.#secret = masterKey.derive('content tickets')
    this.#clock = clock
  }

  async issue(ticket: ContentTicket): Promise<{ readonly ticket: string; readonly expiresMs: number }> {
    const iat = Math.floor(this.#clock.now() / 1000)
    const exp = iat + ticketLifetimeSeconds[ticket.kind]
    const payload: JWTPayload = {
      ...{ aud: audience, iat, exp, sub: ticket.sessionId },
      ...{ bucket: ticket.bucketId, name: ticket.bucketName, kind: ticket.kind },
      // Of controls, JSON makes six characters of one.
      key: Buffer.from(ticket.key).toString('base64url'),
      version: ticket.versionId,
      console: ticket.consoleOrigin,
    }
    const signed = await new SignJWT(payload).setProtectedHeader({ typ: type, alg: 'HS256' }).sign(this.#secret)
    return { ticket: signed, expiresMs: exp * 1000 }
  }

  /** Undefined for what is no ticket, or has expired. */
  async open(text: string): Promise<ContentTicket | undefined> {
    const payload = await this.#verify(text)
    if (payload === undefined) return undefined
    const { sub, bucket, name, kind, key, version, console } = payload as Readonly<Record<string, string | undefined>>
    if (!isKind(kind) || sub === undefined || bucket === undefined || name === undefined || key === undefined)
      return undefined
    return {
      ...{ sessionId: sub, bucketId: bucket, bucketName: name, kind, versionId: version, consoleOrigin: console },
      key: Buffer.from(key, 'base64url').toString(),
    }
  }

  async #verify(text: string): Promise<JWTPayload | undefined> {
    if (text.length > lengthMax) return undefined
    try {
      const { payload } = await jwtVerify(text, this.#secret, {
        algorithms: ['HS256'],
        typ: type,
        audience,
        requiredClaims: ['iat', 'exp', 'sub', 'bucket', 'name', 'kind', 'key'],
        currentDate: new Date(this.#clock.now()),
      })
      return payload
    } catch (error) {
      if (error instanceof errors.JOSEError) return undefined
      throw error
    }
  }
}

const isKind = (text: string | undefined): text is ContentKind =>
  text !== undefined && Object.hasOwn(ticketLifetimeSeconds, text)

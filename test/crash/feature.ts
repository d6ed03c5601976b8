// What writers of one kind do, each in its own scene of a bucket that the kind has to itself.

import type { Actor } from './actor.ts'
import { md5 } from './bodies.ts'
import type { Client } from './client.ts'
import type { History } from './history.ts'
import { readWorld, type Found, type Reading } from './read-world.ts'
import type { Asked } from './scenes.ts'
import type { World } from './world.ts'

export interface Feature {
  /** Its bucket is `crash-` and this. */
  name: string
  /** How many work side by side. Their keys begin with `w0/`, `w1/` and so on. */
  writers: number
  reading: Reading
  /** Makes the bucket what it is to be. Throws where the server does not do that. */
  prepare(client: Client): Promise<void>
  /** What a writer, `w0`, has when that is done; nothing, unless given. */
  begins?(writer: string): World
  /** One operation. */
  step(actor: Actor): Promise<void>
  /** Reads what there is; as readWorld, unless given. `possible` is all that it may be, of each writer. */
  read?(clients: readonly Client[], possible: readonly (readonly World[])[]): Promise<Found>
  /** What more must be so of each scene after a crash; returns what is not. */
  confirm?(client: Client, scene: CrashedScene): Promise<string[]>
  /** What more must be so after a crash, given what was found; returns what is not. */
  check?(client: Client, worlds: readonly World[]): Promise<string[]>
}

export interface CrashedScene {
  /** `w0` */
  writer: string
  /** What was asked of management since the last check. */
  asked: readonly Asked[]
  /** First with none of the changes under way, last with all. */
  possible: readonly World[]
  found: World
}

export const bucketOf = ({ name }: Feature): string => `crash-${name}`
export const writerName = (index: number): string => `w${index}`
export const sceneOf = ({ name }: Feature, index: number): string => `${name}:${writerName(index)}`

/** What a feature's writers find when they begin. */
export async function prepareFeature(feature: Feature, client: Client, history: History): Promise<void> {
  await feature.prepare(client)
  for (let index = 0; index < feature.writers; index++) {
    const world = feature.begins?.(writerName(index))
    if (world !== undefined) await history.record({ type: 'settled', scene: sceneOf(feature, index), world })
  }
}

export function readFeature(
  feature: Feature,
  clients: readonly Client[],
  possible: readonly (readonly World[])[],
): Promise<Found> {
  return feature.read?.(clients, possible) ?? readWorld(clients, feature.reading)
}

/** Makes a bucket; the rest are documents put on it, by their sub-resource. Throws where that is not done. */
export async function makeBucket(
  client: Client,
  documents: Readonly<Record<string, string>> = {},
  headers: Record<string, string> = {},
): Promise<void> {
  await must(client, { method: 'PUT', headers })
  for (const [name, xml] of Object.entries(documents)) await putDocument(client, name, xml)
}

export async function putDocument(client: Client, name: string, xml: string): Promise<void> {
  await must(client, { method: 'PUT', query: [[name, '']], ...documentOf(xml) })
}

export const documentOf = (xml: string): Digested => digested(Buffer.from(xml))

interface Digested {
  body: Buffer
  headers: Record<string, string>
}

/** The body of a request, with the digest that some operations want. */
export function digested(body: Buffer): Digested {
  return { body, headers: { 'content-md5': Buffer.from(md5(body), 'hex').toString('base64') } }
}

/** Throws, with the server's words, unless it is done. */
export async function must(client: Client, request: Parameters<Client['call']>[0]): Promise<void> {
  const { status, body } = await client.call(request)
  if (status >= 200 && status <= 299) return
  const target = `${client.bucket}/${request.key ?? ''} ${JSON.stringify(request.query ?? [])}`
  throw new Error(`${request.method} ${target} answered ${status} ${body.toString('utf8').slice(0, 300)}`)
}

// The ledger invariant, as the server's doctor tells it: blobs on disk = referenced + queued for deletion + young ones of open epochs.

import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

/** What `doctor --json` says under `storage`: numbers of blobs. */
export interface StorageFacts {
  onDisk: number
  referenced: number
  queued: number
  young: number
}

/** Runs a command that prints the doctor's JSON and returns its storage facts; undefined when it tells none. */
export async function askDoctor(command: string, environment: NodeJS.ProcessEnv): Promise<StorageFacts | undefined> {
  // The doctor answers 1 when anything at all is amiss (the clock, say); only its words matter here.
  const output = await promisify(execFile)('/bin/sh', ['-c', `exec ${command}`], { env: environment }).then(
    ({ stdout }) => stdout,
    (error: unknown) => {
      const { stdout } = error as { stdout?: string }
      if (stdout === undefined || stdout === '') throw error
      return stdout
    },
  )
  const { storage, checks } = JSON.parse(output) as {
    storage?: StorageFacts
    checks: { name: string; status: string; message: string }[]
  }
  const records = checks.find(({ name }) => name === 'Records')
  if (records?.status === 'failed') throw new Error(`The doctor finds the records damaged: ${records.message}`)
  return storage
}

/** What is wrong with the facts, in words. */
export function storageFaults({ onDisk, referenced, queued, young }: StorageFacts): string[] {
  const accounted = referenced + queued + young
  if (onDisk === accounted) return []
  const what = onDisk > accounted ? 'nobody knows of' : 'are missing'
  return [
    `${Math.abs(onDisk - accounted)} blobs ${what}: ${onDisk} on disk, ${referenced} referenced, ${queued} queued, ${young} young`,
  ]
}

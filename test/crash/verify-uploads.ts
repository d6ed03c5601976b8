// The uploads after a crash: those acknowledged and still open are there with their parts; those completed or aborted are gone; a completion
// that was not answered took place wholly or not at all.

import { unquote, type Client } from './client.ts'
import { describe, type State } from './entries.ts'
import type { History } from './history.ts'
import type { Upload } from './model.ts'

/** Checks ListMultipartUploads and ListParts against the ledger, and removes uploads whose creation was never answered. */
export async function verifyUploads(
  history: History,
  client: Client,
  found: ReadonlyMap<string, State>,
): Promise<void> {
  const { model } = history
  const listed = await listUploads(client)
  for (const upload of model.uploads.values()) {
    const isListed = listed.delete(upload.uploadId)
    const name = `upload ${upload.uploadId} of ${upload.key}`
    if (upload.state === 'completed' || upload.state === 'aborted') {
      if (isListed) history.violate(`${name} is listed, but it was ${upload.state}`)
      continue
    }
    if (upload.state === 'open' && !isListed)
      history.violate(`${name} is not listed, but it was never completed or aborted`)
    if (upload.state === 'completing') checkCompletion(history, upload, isListed, found.get(upload.key) ?? null)
    if (isListed) await checkParts(history, client, upload)
    if (upload.state !== 'open')
      await history.record({ type: 'observedUpload', uploadId: upload.uploadId, open: isListed })
  }
  for (const [uploadId, key] of listed) {
    if (!model.unansweredCreates.has(key))
      history.violate(`upload ${uploadId} of ${key} is listed, but nobody began it`)
    const answer = await client.call({ method: 'DELETE', key, query: [['uploadId', uploadId]] })
    if (answer.status !== 204) history.violate(`aborting upload ${uploadId} of ${key} answered ${answer.status}`)
  }
  model.unansweredCreates.clear()
}

/** The object is there if and only if the upload is gone. */
function checkCompletion(history: History, upload: Upload, isListed: boolean, found: State): void {
  const isThere = found !== null && found.op === upload.op
  if (isThere === !isListed) return
  history.violate(
    `the completion of upload ${upload.uploadId} is half done: the upload is ${isListed ? 'listed' : 'gone'} and ${upload.key} is ${describe(found)}`,
  )
}

async function checkParts(history: History, client: Client, upload: Upload): Promise<void> {
  const { key, uploadId } = upload
  const answer = await client.call({ method: 'GET', key, query: [['uploadId', uploadId]] })
  const found = new Map<number, string>()
  for (const [, part = ''] of answer.body.toString('utf8').matchAll(/<Part>(.*?)<\/Part>/gs)) {
    const number = Number(/<PartNumber>(\d+)</.exec(part)?.[1])
    found.set(number, unquote(/<ETag>([^<]*)</.exec(part)?.[1] ?? ''))
  }
  const numbers = new Set([...upload.parts.keys(), ...upload.unansweredParts.keys(), ...found.keys()])
  for (const number of numbers) {
    const acknowledged = upload.parts.get(number)?.etag
    const legal = [acknowledged, ...(upload.unansweredParts.get(number) ?? []).map((part) => part.etag)]
    if (!legal.includes(found.get(number))) {
      history.violate(
        `part ${number} of upload ${uploadId} of ${key} is ${found.get(number) ?? 'absent'}, not ${legal.join(' or ')}`,
      )
    }
  }
}

/** Upload ids and their keys, all pages. */
async function listUploads(client: Client): Promise<Map<string, string>> {
  const uploads = new Map<string, string>()
  let marker: [string, string][] = []
  for (;;) {
    const answer = await client.call({ method: 'GET', query: [['uploads', ''], ...marker] })
    const xml = answer.body.toString('utf8')
    if (answer.status !== 200) throw new Error(`ListMultipartUploads answered ${answer.status} ${xml.slice(0, 300)}`)
    for (const [, upload = ''] of xml.matchAll(/<Upload>(.*?)<\/Upload>/gs)) {
      uploads.set(/<UploadId>([^<]+)</.exec(upload)?.[1] ?? '', /<Key>([^<]+)</.exec(upload)?.[1] ?? '')
    }
    if (!xml.includes('<IsTruncated>true</IsTruncated>')) return uploads
    marker = [
      ['key-marker', /<NextKeyMarker>([^<]*)</.exec(xml)?.[1] ?? ''],
      ['upload-id-marker', /<NextUploadIdMarker>([^<]*)</.exec(xml)?.[1] ?? ''],
    ]
  }
}

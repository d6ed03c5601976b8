/** Secrets that the console shows once, in a test: read, kept as a file, and gone from the page afterwards. */
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import type { Page } from 'playwright-core'

/** What a block of text to copy says. */
export async function textOf(page: Page, label: string): Promise<string> {
  const text = await page.getByRole('region', { name: label, exact: true }).locator('code').textContent()
  assert(text !== null && text !== '', label)
  return text
}

export interface AccessKey {
  readonly accessKeyId: string
  readonly secretAccessKey: string
}

/** On the page of access keys; its secret is shown then. */
export async function generateAccessKey(page: Page, name: string): Promise<AccessKey> {
  await page.getByRole('button', { name: 'Generate new key' }).click()
  await page.getByLabel('Name', { exact: true }).fill(name)
  await page.getByRole('button', { name: 'Generate key' }).click()
  await page.getByRole('heading', { name: 'Your new access key' }).waitFor()
  return {
    accessKeyId: await textOf(page, 'Access key ID'),
    secretAccessKey: await textOf(page, 'Secret access key'),
  }
}

/** The file that a button gives. */
export async function downloadBy(
  page: Page,
  button: string,
): Promise<{ readonly name: string; readonly text: string }> {
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: button }).click(),
  ])
  return { name: download.suggestedFilename(), text: await readFile(await download.path(), 'utf8') }
}

/** Neither in the page, nor in its address or history, nor in anything that the browser keeps for it. */
export async function assertGone(page: Page, secret: string): Promise<void> {
  const kept = await page.evaluate<string>(`(async () => [
    document.documentElement.outerHTML,
    ...[...document.querySelectorAll('input, textarea')].map((field) => field.value),
    location.href,
    JSON.stringify(history.state),
    JSON.stringify({ ...localStorage }),
    JSON.stringify({ ...sessionStorage }),
    document.cookie,
    JSON.stringify(await indexedDB.databases()),
  ].join('\\n'))()`)
  assert.equal(kept.includes(secret), false)
}

/** Whether a text is anywhere in what the page's scripts have in memory: caches, closures, components. */
export async function isInMemory(page: Page, text: string): Promise<boolean> {
  const session = await page.context().newCDPSession(page)
  const chunks: string[] = []
  session.on('HeapProfiler.addHeapSnapshotChunk', ({ chunk }) => void chunks.push(chunk))
  await session.send('HeapProfiler.collectGarbage')
  await session.send('HeapProfiler.takeHeapSnapshot', { reportProgress: false })
  await session.detach()
  return chunks.join('').includes(text)
}

/** The floor: each case of the checklist of attacks that this server can meet has a test that is named by its number. */
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { test } from 'node:test'

/** `security 21: …`, or, as the title of a group, `55: …`. */
const named = /^\s*(?:test|describe)\(\s*(['"`])(?:security )?(\d+): /gm

/** Tests whose number is put together when they run: what stands in the file, and the numbers. */
const computed: readonly (readonly [name: string, numbers: readonly number[]])[] = [
  ['`security ${number}: STREAMING-UNSIGNED-PAYLOAD-TRAILER with a false signature by ${place}', [7, 8]],
]

/** The cases whose subject is there. */
const required = [
  ...range(1, 20), // Signatures: header, query, chunks, forms.
  ...range(21, 26), // Authorisation, by owning, by policies, and on the routes of management.
  ...range(27, 40), // What requests say of themselves; locks; what is inside; paths, framing, documents; line ends, ranges.
  ...range(41, 49), // Tokens of delivery, and what is kept in memory.
  ...range(50, 54), // What users wrote as the console shows it, other sites' pages, guesses at passwords, names that lead inwards.
  ...range(55, 60), // Secrets, plain HTTP, the audit log.
]

function range(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, index) => first + index)
}

/** Case → the files that have a test of it. */
function casesTested(): Map<number, Set<string>> {
  const cases = new Map<number, Set<string>>()
  const add = (number: number, file: string): void => {
    cases.set(number, (cases.get(number) ?? new Set()).add(file))
  }
  const here = basename(import.meta.filename)
  const files = readdirSync(import.meta.dirname).filter((name) => name.endsWith('.test.ts') && name !== here)
  // In a browser.
  files.push('../console/security.test.ts')
  for (const file of files) {
    const text = readFileSync(join(import.meta.dirname, file), 'utf8')
    for (const [, , number] of text.matchAll(named)) add(Number(number), file)
    for (const [name, numbers] of computed) if (text.includes(name)) for (const number of numbers) add(number, file)
  }
  return cases
}

test('every case of the checklist that this server can meet has a named test', (context) => {
  const cases = casesTested()
  const lines = [...cases].toSorted(([a], [b]) => a - b).map(([number, files]) => `${number}: ${[...files].join(', ')}`)
  for (const line of lines) context.diagnostic(line)
  assert.deepEqual(
    required.filter((number) => !cases.has(number)),
    [],
    'cases without a test',
  )
})

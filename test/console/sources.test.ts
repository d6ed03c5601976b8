/** The rules of the console's sources: what its content security policy, right-to-left scripts and translators rely on. */
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'

const folder = join(import.meta.dirname, '../../console/src')
const linesMax = 400

const sources = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  .filter((path) => /\.(?:tsx?|css)$/.test(path) && !path.endsWith('.generated.ts'))
  .map((path) => ({ path, text: readFileSync(join(folder, path), 'utf8') }))
const code = sources.filter(({ path }) => !path.endsWith('.css'))
const styles = sources.filter(({ path }) => path.endsWith('.css'))

/** Where a pattern stands, as `path:line: what`. */
function found(files: typeof sources, pattern: RegExp): string[] {
  return files.flatMap(({ path, text }) =>
    text.split('\n').flatMap((line, index) => (pattern.test(line) ? [`${path}:${index + 1}: ${line.trim()}`] : [])),
  )
}

test('nothing that users write can become markup or code', () => {
  const sinks =
    /dangerouslySetInnerHTML|\.(?:inner|outer)HTML\b|insertAdjacentHTML|document\.write|\beval\(|new Function\b|srcdoc/i
  assert.deepEqual(found(code, sinks), [])
})

test('no address of another host stands in it', () => {
  const others = found(
    sources,
    /https?:\/\/(?!(?:[\w-]+\.)*example\.(?:com|org|net)\b|127\.0\.0\.1|localhost|www\.w3\.org\/)/,
  )
  // Addresses that are made of what the server says are no addresses of somebody.
  assert.deepEqual(
    others.filter((line) => !/https?:\/\/(?:\$\{|['"`)]|…|\.\.\.|\\?\/)/.test(line)),
    [],
  )
})

test('styles say start and end, so that they hold for scripts from right to left', () => {
  const physical =
    /(?:^|[\s;{])(?:margin|padding|border|inset)-(?:left|right)\b|(?:^|[\s;{])(?:left|right)\s*:|text-align:\s*(?:left|right)|float:\s*(?:left|right)/
  assert.deepEqual(found(styles, physical), [])
})

test('requests are made in api/ and uploads/ alone, and nothing secret is kept in the browser', () => {
  const callers = found(code, /\bfetch\(|XMLHttpRequest/).filter(
    (line) => !/^(?:api|uploads|pages\/objects\/preview)\//.test(line),
  )
  assert.deepEqual(callers, [])
  const stores = found(code, /\b(?:localStorage|sessionStorage|indexedDB)\b/).filter(
    (line) => !/^(?:shell\/theme|uploads\/)/.test(line),
  )
  assert.deepEqual(stores, [])
})

test(`every file says at its head what it is, and is no longer than ${linesMax} lines`, () => {
  assert.deepEqual(
    sources.filter(({ text }) => !/^\/[*/]/.test(text)).map(({ path }) => path),
    [],
  )
  const long = code.filter(({ text }) => text.split('\n').length - 1 > linesMax).map(({ path }) => path)
  assert.deepEqual(long, [])
})

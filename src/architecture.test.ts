/** The rules of docs/architecture.md as tests: which folder may import which, what only one file may call, how long a file may be. */
import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, sep } from 'node:path'
import { test } from 'node:test'

const sourceFolder = import.meta.dirname
const linesMax = 400

/** What the files of each folder may import besides their own folder. `.` are the files beside this one. */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  base: [],
  metadata: ['base'],
  blobs: ['base'],
  http: ['base'],
  access: ['metadata', 'http', 'base'],
  objects: ['access', 'http', 'metadata', 'blobs', 'base'],
  sites: ['objects', 'access', 'http', 'metadata', 'base'],
  metering: ['objects', 'access', 'http', 'metadata', 'base'],
  observe: ['http', 'base'],
  refusals: ['observe', 'http', 'metadata', 'base'],
  jobs: ['refusals', 'sites', 'metering', 'objects', 'access', 'metadata', 'blobs', 'base'],
  s3: ['objects', 'access', 'http', 'metadata', 'blobs', 'base'],
  admin: ['refusals', 'sites', 'metering', 'objects', 'access', 'http', 'metadata', 'blobs', 'base'],
  delivery: ['sites', 'objects', 'access', 'http', 'metadata', 'blobs', 'base'],
  cli: ['.', 'admin', 'jobs', 'sites', 'objects', 'access', 'http', 'metadata', 'blobs', 'base'],
}

/** server.ts and the threads it starts. */
const compositionRoot = /^(?:server|front|threads|http-thread)\.ts$/
const implementations = /^(?:metadata\/(?:sqlite|memory|postgres)|blobs\/(?:disk|memory|s3|rados))(?:[-./]|$)/

interface Source {
  /** Path from src/, with `/`. */
  readonly path: string
  readonly folder: string
  readonly text: string
  /** Text without comments and without what stands in quotes, line for line. */
  readonly code: string
  readonly isTest: boolean
}

const readSource = (path: string): Source => {
  const text = readFileSync(join(sourceFolder, path), 'utf8')
  const [folder = ''] = path.includes('/') ? path.split('/') : ['.']
  return {
    path,
    folder,
    text,
    code: blankCommentsAndStrings(text),
    isTest: /(?:\.test|\.fixture|[/-]suite|\/suite-bodies|-testing|\/test-bed)\.ts$/.test(path),
  }
}

const sources = readdirSync(sourceFolder, { recursive: true, encoding: 'utf8' })
  .map((path) => path.split(sep).join('/'))
  .filter((path) => path.endsWith('.ts'))
  .map(readSource)
const shipped = sources.filter(({ isTest }) => !isTest)

test('imports go one way', () => {
  const faults: string[] = []
  for (const source of shipped) {
    if (source.folder === '.') continue
    const allowed = mayImport[source.folder]
    if (allowed === undefined)
      faults.push(`${source.path}: the folder ${source.folder} is not in the table of this test`)
    for (const target of importsOf(source)) {
      const folder = target.includes('/') ? (target.split('/')[0] ?? '') : '.'
      if (folder !== source.folder && allowed?.includes(folder) === false)
        faults.push(`${source.path} imports ${target}`)
    }
  }
  assert.deepEqual(faults, [])
})

test('only the composition root imports an implementation of an interface', () => {
  const faults = shipped.flatMap((source) =>
    [...importsOf(source)]
      .filter((target) => implementations.test(target))
      // An implementation may consist of several files, and share some with its siblings.
      .filter((target) => source.folder !== target.split('/')[0])
      .filter(() => !compositionRoot.test(source.path))
      .map((target) => `${source.path} imports ${target}`),
  )
  assert.deepEqual(faults, [])
})

const bannedCalls: readonly { what: RegExp; only: RegExp; instead: string }[] = [
  { what: /\bprocess\s*\.\s*env\b/, only: /^(?:main|config)\.ts$/, instead: 'take a setting from the configuration' },
  { what: /\bDate\s*\.\s*now\b/, only: /^base\/clock\.ts$/, instead: 'take a Clock' },
  { what: /\bnew\s+Date\s*(?:\(\s*\)|(?![\w\s(]))/, only: /^base\/clock\.ts$/, instead: 'take a Clock' },
  { what: /\bperformance\s*\.\s*now\b/, only: /^base\/clock\.ts$/, instead: 'take a Clock' },
  { what: /\bhrtime\b/, only: /^base\/clock\.ts$/, instead: 'take a Clock' },
  { what: /\bMath\s*\.\s*random\b/, only: /^base\/random\.ts$/, instead: 'take a Random' },
  { what: /\brandom(?:Bytes|UUID|Fill|FillSync|Int)\b/, only: /^base\/random\.ts$/, instead: 'take a Random' },
]

test('the environment, the time and chance are read in one place each', () => {
  const faults = shipped.flatMap((source) =>
    bannedCalls
      .filter(({ what, only }) => what.test(source.code) && !only.test(source.path))
      .map(({ what, instead }) => `${source.path}:${lineOf(source.code, what)}: ${instead}`),
  )
  assert.deepEqual(faults, [])
})

test(`no file is longer than ${linesMax} lines`, () => {
  const long = shipped
    .filter(({ path }) => !path.endsWith('.generated.ts'))
    .map(({ path, text }) => ({ path, lines: text.split('\n').length - 1 }))
    .filter(({ lines }) => lines > linesMax)
    .map(({ path, lines }) => `${path}: ${lines} lines`)
  assert.deepEqual(long, [])
})

test('every file says at its head what it is', () => {
  // An operation is named as AWS names it, and AWS says what it is; one of management says it in its summary.
  const silent = shipped
    .filter(({ path }) => !/^(?:s3|admin)\/operations\//.test(path))
    .filter(({ text }) => !/^(?:#!.*\n)?(?:\/\/|\/\*)/.test(text))
    .map(({ path }) => path)
  assert.deepEqual(silent, [])
})

test('the documents name only files that are there', () => {
  const root = join(sourceFolder, '..')
  const documents = ['README.md', 'CONTRIBUTING.md', 'docs/architecture.md', 'docs/request.md']
  const faults = documents.flatMap((document) =>
    [...readFileSync(join(root, document), 'utf8').matchAll(/`([\w./-]+\/[\w.-]+\.(?:ts|json|md|js))`/g)]
      .map(([, path = '']) => path)
      .filter((path) => !existsSync(join(root, path)) && !existsSync(join(sourceFolder, path)))
      .map((path) => `${document} names ${path}`),
  )
  assert.deepEqual(faults, [])
})

test('this test sees imports and banned calls, and not those in comments and strings', () => {
  const seen = blankCommentsAndStrings(
    "const a = Date.now() // Date.now()\nconst b = 'process.env' /* Math.random */ + `${process.env}`\n",
  )
  assert.match(seen, /= Date\.now\(\) +\n/)
  assert.equal(seen.match(/process\.env/g)?.length, 1)
  assert.doesNotMatch(seen, /Math/)
  const source = {
    ...readSource('architecture.test.ts'),
    path: 's3/a.ts',
    text: "import type { A } from '../base/b.ts'\n",
  }
  assert.deepEqual([...importsOf(source)], ['base/b.ts'])
})

/** Paths, from src/, of the project's own files that a file imports in any way, worker modules included. */
function* importsOf({ path, text }: Source): Generator<string> {
  const specifiers = /(?:\bfrom\s*|\bimport\s*\(?\s*|\bsiblingModule\(\s*import\.meta\.url\s*,\s*)(['"])(\.[^'"\n]*)\1/g
  for (const [, , specifier = ''] of text.matchAll(specifiers))
    yield relative('/', join('/', dirname(path), specifier))
      .split(sep)
      .join('/')
}

function lineOf(text: string, pattern: RegExp): number {
  return text.slice(0, text.search(pattern)).split('\n').length
}

/** A scanner of one pass; regular expressions that hold quotes may confuse it, and then a test here says so. */
function blankCommentsAndStrings(text: string): string {
  const tokens =
    /\/\/[^\n]*|\/\*[\s\S]*?\*\/|'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"|(?<=[=(,:?&|!]\s*)\/(?![/*])(?:[^/\\\n[]|\\.|\[(?:[^\]\\\n]|\\.)*\])+\/[a-z]*/g
  return text.replace(tokens, (token) => token.replace(/[^\n]/g, ' '))
}

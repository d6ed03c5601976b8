/**
 * Writes docs/requirements.md: each requirement of the vendors' documents, and the tests that prove it, which have its id at the beginning of their names
 * (`Q-BN-7: …`, `L-7, L-9: …`, `Q-ON-1 to Q-ON-6: …`). Fails where a requirement of the server has none, and where a test names one that there is not.
 */
import { existsSync, globSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { sections, type Requirement } from '../test/acceptance/seeds/requirements.ts'
import { root } from './run-step.ts'

interface Proof {
  readonly file: string
  readonly name: string
}

const introduction = `# Requirements and their tests

<!-- Generated from test/acceptance/seeds/requirements.ts and the names of tests by npm run generate: change them there. -->

What the documents of three vendors ask for, and the tests that prove it. Each vendor's requirements are proved on a server that runs under its
profile ([profiles](profiles.md)).
`

/** As at the beginning of a test's name. */
const idPattern = String.raw`(?:A\.7 #\d+|[QPLKGX]-(?:[A-Z]{2}-\d+|OP|NO|ER|\d+))`
const idsOfName = new RegExp(String.raw`^(${idPattern}(?:(?:, | to )${idPattern})*): (.+)$`)
const nameOfTest = /\btest\(\s*(?:'((?:\\.|[^'\\])*)'|`((?:\\.|[^`\\])*)`)/g

/** Every test that names requirements, by id. */
function proofs(): Map<string, Proof[]> {
  const found = new Map<string, Proof[]>()
  const files = globSync(['src/**/*.test.ts', 'test/**/*.test.ts'], { cwd: root }).sort()
  for (const file of files) {
    for (const [, quoted, templated = ''] of readFileSync(join(root, file), 'utf8').matchAll(nameOfTest)) {
      // What a template puts in is not known here.
      const name = quoted?.replaceAll(/\\(.)/g, '$1') ?? templated.replaceAll(/\$\{[^}]*\}/g, '…')
      const [, ids, rest] = idsOfName.exec(name) ?? []
      if (ids === undefined || rest === undefined) continue
      for (const id of idsOf(ids)) found.set(id, [...(found.get(id) ?? []), { file, name: rest }])
    }
  }
  return found
}

/** `Q-ON-1 to Q-ON-3, Q-ON-6` is four. */
function idsOf(text: string): string[] {
  return text.split(', ').flatMap((part) => {
    const [first = '', last] = part.split(' to ')
    if (last === undefined) return [first]
    const [prefix, from, to] = [first.replace(/\d+$/, ''), numberOf(first), numberOf(last)]
    return Array.from({ length: to - from + 1 }, (_, index) => `${prefix}${from + index}`)
  })
}

const numberOf = (id: string): number => Number(/\d+$/.exec(id)?.[0])

/** The whole document. Throws for what is amiss, all of it at once. */
function requirementsDocument(): string {
  const found = proofs()
  const all = sections.flatMap(({ requirements }) => requirements)
  const faults = [
    ...[...found.keys()]
      .filter((id) => !all.some((known) => known.id === id))
      .map((id) => `There is no requirement ${id}.`),
    ...all.flatMap((requirement) => faultOf(requirement, found.get(requirement.id) ?? [])),
  ]
  if (faults.length > 0) throw new Error(faults.join('\n'))
  const body = sections.map(({ title, requirements }) => {
    const rows = requirements.map((requirement) => rowOf(requirement, found.get(requirement.id) ?? []))
    return `\n## ${title}\n\n| Id | Requirement | Proved by |\n| --- | --- | --- |\n${rows.join('')}`
  })
  return `${introduction}${body.join('')}`
}

function faultOf({ id, part, untested }: Requirement, tests: readonly Proof[]): string[] {
  if (part === 'server' && untested === undefined && tests.length === 0) return [`No test has ${id} in its name.`]
  return untested !== undefined && tests.length > 0 ? [`${id} is tested: it needs no reason why not.`] : []
}

function rowOf({ id, says, part, untested }: Requirement, tests: readonly Proof[]): string {
  const proved = [...Map.groupBy(tests, ({ file }) => file)].map(
    ([file, ofFile]) => `\`${file}\`: ${[...new Set(ofFile.map(({ name }) => plain(name)))].join('; ')}`,
  )
  const without = part === 'server' ? untested : `${part}: not yet`
  return `| ${id} | ${plain(says)} | ${proved.length > 0 ? proved.join('<br>') : without} |\n`
}

/** Without what Markdown would read as its own. */
const plain = (text: string): string => text.replaceAll('<', '&lt;').replaceAll(/[|*_[\]\\]/g, String.raw`\$&`)

const file = new URL('../docs/requirements.md', import.meta.url)
const text = requirementsDocument()
if (!process.argv.includes('--check')) writeFileSync(file, text)
else if (!existsSync(file) || readFileSync(file, 'utf8') !== text) {
  throw new Error('docs/requirements.md is stale: npm run generate')
}

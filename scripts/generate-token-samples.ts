/**
 * Writes console/src/pages/signing-keys/token-samples.generated.ts, the programs that make links, of docs/tokens.md, where the tests take them from and
 * run them. With `--check` it only compares.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './run-step.ts'

const path = join(root, 'console/src/pages/signing-keys/token-samples.generated.ts')
const document = readFileSync(join(root, 'docs/tokens.md'), 'utf8')

/** A heading of a language, a sentence on what is needed, and the program; there may be more than one of the latter two. */
function samplesOf(section: string) {
  const [, language = ''] = /^### (.+)$/m.exec(section) ?? []
  return [...section.matchAll(/^(\S.*)\n\n```\w+ ([\w.-]+)\n([\s\S]*?)^```$/gm)].map(
    ([, needs = '', file = '', text = '']) => ({
      language,
      file,
      needs: plain(needs),
      text,
    }),
  )
}

/** Without Markdown's links and marks of code. */
const plain = (text: string): string => text.replace(/\[([^\]]+)\]\([^)]+\)/g, '$1').replaceAll('`', '')

const [, making = ''] = document.split(/^## Making a link$/m)
const samples = making
  .split(/^(?=### )/m)
  .slice(1)
  .flatMap(samplesOf)
if (samples.length !== document.matchAll(/^```\w+ [\w.-]+$/gm).toArray().length) {
  throw new Error('a program of docs/tokens.md stands where none is looked for')
}

const text = `// Generated from docs/tokens.md by npm run generate: change it there.
export const tokenSamples = ${JSON.stringify(samples, undefined, 2)} as const
`
if (!process.argv.includes('--check')) writeFileSync(path, text)
else if (!existsSync(path) || readFileSync(path, 'utf8') !== text) {
  throw new Error('console/src/pages/signing-keys/token-samples.generated.ts is stale: npm run generate')
}

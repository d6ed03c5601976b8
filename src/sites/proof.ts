/** The proof that who claims a domain controls its DNS: a TXT record with the claim's token, or a CNAME to the claim's own target. */
import type { DomainRecord } from './records.ts'
import type { NameResolver } from './name-resolver.ts'

export interface Proof {
  /** `unknown` where the DNS gave no answer, one way or the other. */
  readonly holds: 'yes' | 'no' | 'unknown'
  /** What was looked up, what was found and what is expected, for the one who claims. */
  readonly told: string
}

type Answer = { readonly found: readonly string[] } | { readonly failure: string }

/** So much of what strangers have put into the DNS is shown. */
const shownMax = 3
const shownLengthMax = 100

export const txtNameOf = (name: string): string => `_entrepot.${name}`

export async function lookUpProof(
  resolver: NameResolver,
  { name, token, cname }: Pick<DomainRecord, 'name' | 'token' | 'cname'>,
): Promise<Proof> {
  const txtName = txtNameOf(name)
  const [txt, alias] = await Promise.all([
    answerOf(resolver.resolveTxt(txtName).then((records) => records.map((pieces) => pieces.join('').trim()))),
    answerOf(resolver.resolveCname(name).then((names) => names.map(plainName))),
  ])
  const told =
    `TXT of ${txtName}: ${tellAnswer(txt)}, expected ${JSON.stringify(token)}. ` +
    `CNAME of ${name}: ${tellAnswer(alias)}, expected ${JSON.stringify(cname)}.`
  if (has(txt, token) || has(alias, cname)) return { holds: 'yes', told }
  return { holds: 'failure' in txt || 'failure' in alias ? 'unknown' : 'no', told }
}

async function answerOf(question: Promise<string[]>): Promise<Answer> {
  try {
    return { found: await question }
  } catch (error) {
    const { code = 'unknown error' } = error as NodeJS.ErrnoException
    return code === 'ENOTFOUND' || code === 'ENODATA' ? { found: [] } : { failure: code }
  }
}

const plainName = (name: string): string => (name.endsWith('.') ? name.slice(0, -1) : name).toLowerCase()

const has = (answer: Answer, expected: string): boolean => 'found' in answer && answer.found.includes(expected)

function tellAnswer(answer: Answer): string {
  if ('failure' in answer) return `no answer (${answer.failure})`
  if (answer.found.length === 0) return 'found none'
  const shown = answer.found.slice(0, shownMax).map((text) => JSON.stringify(text.slice(0, shownLengthMax)))
  const more = answer.found.length - shown.length
  return `found ${shown.join(' and ')}${more > 0 ? ` and ${more} more` : ''}`
}

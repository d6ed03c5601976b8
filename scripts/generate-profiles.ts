/** Writes docs/profiles.md from the table of toggles in src/objects/profile.ts. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import {
  profileNames,
  profileSummaries,
  toggleNames,
  toggleTable,
  type ToggleName,
  type ToggleRow,
} from '../src/objects/profile.ts'
import { showToggleValue, type ToggleValue } from '../src/objects/toggle.ts'

const introduction = `# Profiles

<!-- Generated from src/objects/profile.ts by npm run generate: change it there. -->

Where vendors' S3 APIs differ, entrepot is like one of them or another by *toggles*. A *profile* is a value for each toggle: \`aws\` is the
default. In the tables below, **what differs** from \`aws\` stands out.

${profileNames.map((name) => `- \`${name}\`: ${profileSummaries[name]}`).join('\n')}

What holds for a request is found in layers, the later over the earlier:

1. the server's profile, \`ENTREPOT_PROFILE\`, and the toggles that are set by \`ENTREPOT_TOGGLES\`, \`ENTREPOT_ACL\` and \`ENTREPOT_SIG_V2_*\`
   ([configuration](configuration.md));
2. those of the listener, where \`s3Listeners\` gives it some;
3. those of the account that owns the bucket, or, where no bucket is addressed, of the account that asks:
   \`entrepot accounts settings NAME --profile P --toggle name=value\`;
4. those of the bucket: \`entrepot buckets settings NAME --profile P --toggle name=value\`.

A profile in a later layer replaces all that earlier layers say; a toggle replaces itself alone, and \`inherit\` takes either back. A change
holds from the next request on. It decides what requests may do and never touches what is stored: objects and buckets whose names a
stricter rule would refuse can still be read, listed and deleted; lifecycle rules and policies stay in force when their operations are
switched off; access keys beyond a new limit stay active.

\`entrepot profiles\` prints the table, \`entrepot profiles NAME\` what differs from \`aws\`.

\`\`\`sh
ENTREPOT_PROFILE=qencode entrepot serve
ENTREPOT_TOGGLES=sig.v2.header=on,keys.maxActive=2 entrepot serve
entrepot buckets settings media --profile kontenum --toggle s3.getObject=enabled
\`\`\`
`

/** The whole document. */
export function profilesDocument(): string {
  const sections = Map.groupBy(toggleNames, (name) => row(name).section)
  const body = [...sections].map(
    ([section, names]) => `\n## ${section}\n\n${tableOf(names)}\n${names.map(describe).join('\n')}\n`,
  )
  return `${introduction}${body.join('')}`
}

const row = (name: ToggleName): ToggleRow<ToggleValue> => toggleTable[name]

function tableOf(names: readonly ToggleName[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |\n`
  const heading = line(['Toggle', ...profileNames]) + line(['---', ...profileNames.map(() => '---')])
  return (
    heading + names.map((name) => line([`\`${name}\``, ...profileNames.map((profile) => show(name, profile))])).join('')
  )
}

/** What differs from aws stands out. */
function show(name: ToggleName, profile: (typeof profileNames)[number]): string {
  const { values } = row(name)
  const text = showToggleValue(values[profile])
  return values[profile] === values.aws ? text : `**${text}**`
}

function describe(name: ToggleName): string {
  const { kind, meaning, readBy } = row(name)
  const obeyed = readBy === undefined ? '' : ` Obeyed by ${readBy}, not by S3.`
  return `- \`${name}\` (${kind.name}): ${meaning}${obeyed}`
}

if (import.meta.main) {
  const file = new URL('../docs/profiles.md', import.meta.url)
  const text = profilesDocument()
  if (!process.argv.includes('--check')) writeFileSync(file, text)
  else if (!existsSync(file) || readFileSync(file, 'utf8') !== text) {
    throw new Error('docs/profiles.md is stale: npm run generate')
  }
}

/** Writes docs/configuration.md from the table of settings in src/config.ts. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { settings } from '../src/config.ts'
import { flagName } from '../src/read-config.ts'
import type { Section, Setting } from '../src/setting.ts'

const introduction = `# Configuration

<!-- Generated from src/config.ts by npm run generate: change it there. -->

entrepot runs without any configuration. What you set comes from, first wins:

1. a flag of \`entrepot serve\`; secrets have none, since every user of a machine can read the flags of its processes;
2. an environment variable;
3. the configuration file: \`entrepot.json\` in the folder where the command runs, or the one that \`--config\` or \`ENTREPOT_CONFIG\`
   names. A JSON object of settings by name. A file that holds a secret must be readable by its owner only;
4. the default.

Relative paths start from the folder where the command runs; in the file, from the file's folder. Lists are JSON lists in the
file and separated by commas elsewhere; an empty one is written as an empty text. All faults are reported at once, each in a sentence, and
the server does not start. A name that is no setting is a fault too, also in the environment, where \`ENTREPOT_TEST_…\` and what
Kubernetes sets for a service called so (\`ENTREPOT_SERVICE_HOST\`, \`ENTREPOT_PORT\`, …) are let be.

\`\`\`json
{
  "data": "/srv/entrepot",
  "s3Listen": "0.0.0.0:9000",
  "allowPlaintext": true,
  "domains": ["s3.example.com"],
  "publicOrigins": ["https://s3.example.com"],
  "trustedProxies": ["10.0.0.0/8"]
}
\`\`\`

The same by environment: \`ENTREPOT_DATA=/srv/entrepot ENTREPOT_S3_LISTEN=0.0.0.0:9000 ENTREPOT_ALLOW_PLAINTEXT=true …\`
`

/** The whole document. */
export function configurationDocument(): string {
  const sections = new Map<Section, string[]>()
  for (const [name, setting] of Object.entries<Setting<unknown>>(settings)) {
    const lines = sections.get(setting.section) ?? []
    lines.push(describe(name, setting))
    sections.set(setting.section, lines)
  }
  const body = [...sections].map(([section, entries]) => `\n## ${section}\n\n${entries.join('\n')}`).join('')
  return `${introduction}${body}`
}

function describe(name: string, setting: Setting<unknown>): string {
  const { environment, flag, kind, meaning } = setting
  const names = [`\`${environment}\``, flag === undefined ? 'no flag' : `\`${flagName(setting)}\``]
  const written = setting.default === undefined ? 'none' : setting.default === '' ? 'empty' : `\`${setting.default}\``
  return `### ${name}\n\n${meaning}\n\n${names.join(' · ')} · ${kind.name} · default: ${written}\n`
}

if (import.meta.main) {
  const file = new URL('../docs/configuration.md', import.meta.url)
  const text = configurationDocument()
  if (!process.argv.includes('--check')) writeFileSync(file, text)
  else if (!existsSync(file) || readFileSync(file, 'utf8') !== text) {
    throw new Error('docs/configuration.md is stale: npm run generate')
  }
}

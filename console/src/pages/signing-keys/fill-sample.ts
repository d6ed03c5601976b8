/** A program of docs/tokens.md with its settings written into it, in place of the environment that it reads them from. */
import type { tokenSamples } from './token-samples.generated.ts'

type Sample = (typeof tokenSamples)[number]

export interface SampleSettings {
  readonly SIGNING_KEY_ID: string
  readonly PRIVATE_KEY_FILE: string
  readonly BASE_URL: string
  readonly URI: string
}

export function fillSample({ file, text }: Sample, settings: SampleSettings): string {
  const names = Object.keys(settings) as (keyof SampleSettings)[]
  switch (file) {
    case 'sign.py': {
      const filled = names.reduce(
        (program, name) =>
          program
            .replaceAll(`{os.environ['${name}']}`, () => insideFormat(settings[name]))
            .replaceAll(`os.environ["${name}"]`, () => JSON.stringify(settings[name])),
        text as string,
      )
      return filled.includes('os.') ? filled : filled.replace('import os\n', '')
    }
    case 'sign.php':
      return names.reduce(
        (program, name) => program.replaceAll(`getenv('${name}')`, () => singleQuoted(settings[name])),
        text as string,
      )
    case 'sign.go':
      return names.reduce(
        (program, name) => program.replaceAll(`os.Getenv("${name}")`, () => JSON.stringify(settings[name])),
        text as string,
      )
    case 'sign.mjs':
    case 'sign-jose.mjs':
      return text.replace(/^const \{ ([\w, ]+) \} = process\.env$/m, () =>
        names.map((name) => `const ${name} = ${singleQuoted(settings[name])}`).join('\n'),
      )
  }
}

/** In PHP and JavaScript: nothing else has a meaning between them. */
const singleQuoted = (text: string): string => `'${text.replace(/[\\']/g, (sign) => `\\${sign}`)}'`

/** As text of a format string in Python. */
const insideFormat = (text: string): string =>
  JSON.stringify(text)
    .slice(1, -1)
    .replace(/[{}]/g, (brace) => brace + brace)

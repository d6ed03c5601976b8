/** Samples of vendors' documentation, run as their readers run them: the placeholders filled in, in a home folder of their own. */
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { missing, run } from './tools.ts'
import { temporaryFolder } from './tree.ts'
import type { Vendor } from './vendor.ts'

const root = join(import.meta.dirname, '../..')
const samples = join(root, 'test/acceptance/seeds/samples')
const resolver = join(import.meta.dirname, 'resolver')

/** Placeholder, as it stands in the sample → what takes its place. */
export type Filling = Readonly<Record<string, string | number>>

/** For `skip`: why boto3 can't be run; false where it can. */
export const noBoto3 = (): string | false =>
  missing('python3', '-c', 'import boto3, requests') === false ? false : 'python3 has no boto3 on this machine'

/** A folder to run samples in; the caller removes it. */
export function sampleFolder(purpose: string): string {
  const folder = temporaryFolder(purpose)
  // Where the samples for Node.js look for the SDK.
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
  return folder
}

/** Writes the sample into the folder under a name, filled in. Samples are kept as texts, since they are not ours to lint and format. */
export function placeSample(folder: string, sample: string, name: string, filling: Filling): void {
  let text = readFileSync(join(samples, `${sample}.txt`), 'utf8')
  for (const [placeholder, value] of Object.entries(filling)) text = text.replaceAll(placeholder, String(value))
  writeFileSync(join(folder, name), text)
}

/** The files that boto3 reads below the home folder. */
export function placeAwsFiles(folder: string, files: Readonly<Record<'credentials' | 'config', string>>): void {
  mkdirSync(join(folder, '.aws'))
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, '.aws', name), text)
}

/** Runs a placed sample in its folder, by python3 or Node.js as its name ends, through the vendor's proxy; gives what it prints. */
export function runSample(vendor: Vendor, folder: string, name: string, input = ''): Promise<string> {
  const program = name.endsWith('.py') ? 'python3' : process.execPath
  return run(program, [name], {
    cwd: folder,
    input,
    env: {
      HOME: folder,
      ENTREPOT_TEST_DOMAIN: vendor.server.domain,
      PYTHONPATH: resolver,
      PYTHONDONTWRITEBYTECODE: '1',
      AWS_EC2_METADATA_DISABLED: 'true',
      AWS_CA_BUNDLE: vendor.proxy.certificateFile,
      REQUESTS_CA_BUNDLE: vendor.proxy.certificateFile,
      NODE_EXTRA_CA_CERTS: vendor.proxy.certificateFile,
      NODE_OPTIONS: `--import=${import.meta.resolve('./resolver/lookup.ts')}`,
      LC_ALL: 'C.UTF-8',
    },
  })
}

/** The programs of other people that tests use as their users do: what each needs on Debian, and how to see whether it is there. */
import { spawnSync } from 'node:child_process'

interface Tool {
  readonly name: string
  readonly probe: readonly [program: string, ...args: string[]]
  readonly debianPackage: string
}

const tools: readonly Tool[] = [
  { name: 'curl', probe: ['curl', '--version'], debianPackage: 'curl' },
  { name: 's3cmd', probe: ['s3cmd', '--version'], debianPackage: 's3cmd' },
  { name: 'rclone', probe: ['rclone', 'version'], debianPackage: 'rclone' },
  { name: 'restic', probe: ['restic', 'version'], debianPackage: 'restic' },
  { name: 'aws', probe: ['aws', '--version'], debianPackage: 'awscli' },
  { name: 'boto3', probe: ['python3', '-c', 'import boto3'], debianPackage: 'python3-boto3' },
  { name: 'python3-requests', probe: ['python3', '-c', 'import requests'], debianPackage: 'python3-requests' },
  { name: 'openssl', probe: ['openssl', 'version'], debianPackage: 'openssl' },
  { name: 'chromium', probe: ['chromium', '--version'], debianPackage: 'chromium' },
  {
    name: 'chromium-headless-shell',
    probe: ['sh', '-c', 'command -v chromium-headless-shell'],
    debianPackage: 'chromium-headless-shell',
  },
  { name: 'ffmpeg', probe: ['ffmpeg', '-version'], debianPackage: 'ffmpeg' },
  { name: 'pebble', probe: ['sh', '-c', 'command -v pebble'], debianPackage: 'pebble' },
  { name: 'php', probe: ['php', '--version'], debianPackage: 'php-cli' },
  { name: 'PyJWT', probe: ['/usr/bin/python3', '-c', 'import jwt'], debianPackage: 'python3-jwt' },
  {
    name: 'cryptography',
    probe: ['/usr/bin/python3', '-c', 'import cryptography'],
    debianPackage: 'python3-cryptography',
  },
]

const works = ({ probe: [program, ...args] }: Tool): boolean => {
  const { error, status } = spawnSync(program, args, { stdio: 'ignore' })
  return error === undefined && status === 0
}

/** Installs the Debian packages of the tools that are missing, where it may, and says in sentences what it did and what stays missing. */
export function ensureTools(): string[] {
  const absent = tools.filter((tool) => !works(tool))
  if (absent.length === 0) return []
  const packages = absent.map(({ debianPackage }) => debianPackage)
  const wish = `apt-get install ${packages.join(' ')}`
  if (spawnSync('apt-get', ['--version'], { stdio: 'ignore' }).status !== 0)
    return absent.map(({ name }) => `${name} is missing and there is no apt-get here: its tests are skipped.`)
  if (process.getuid?.() !== 0)
    return absent.map(({ name }) => `${name} is missing and only root may install it (${wish}): its tests are skipped.`)

  const said = [`Installing ${packages.join(', ')} with apt-get.`]
  if (!install(packages)) {
    apt('update')
    // One at a time, so that one that cannot be had does not cost the others.
    for (const name of packages) if (!install([name])) said.push(`apt-get could not install ${name}.`)
  }
  for (const tool of absent) if (!works(tool)) said.push(`${tool.name} is still missing: its tests are skipped.`)
  return said
}

const install = (packages: readonly string[]): boolean => apt('install', '-y', '--no-install-recommends', ...packages)

const apt = (...args: string[]): boolean =>
  spawnSync('apt-get', ['-q', ...args], {
    stdio: 'ignore',
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    timeout: 240_000,
  }).status === 0

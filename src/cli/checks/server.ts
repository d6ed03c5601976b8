/** Checks the server, or what it will need when it starts: records that open, and free ports. */
import { once } from 'node:events'
import { readdir } from 'node:fs/promises'
import { createServer } from 'node:net'
import { askStatus } from '../../admin/control-client.ts'
import type { Config } from '../../config.ts'
import { flagName } from '../../read-config.ts'
import { settings } from '../../config.ts'
import { showAddress } from '../../setting-kinds.ts'
import type { Address } from '../../setting-kinds.ts'
import { isFolderInUse } from '../failure.ts'
import type { ServerFunctions } from '../surroundings.ts'
import { failed, ok } from './check.ts'
import type { Finding } from './check.ts'

/** A running server has records and ports; without one, both are tried. */
export async function checkServer(config: Config, load: () => Promise<ServerFunctions>): Promise<Finding[]> {
  const status = await askStatus(config.data).catch((error: unknown) => ({ error: { message: String(error) } }))
  if (status === undefined) {
    const findings = [await checkRecords(config, load)]
    for (const [name, label] of ports) {
      const listen = config[name]
      if (listen !== undefined) findings.push(await checkPort(name, label, listen))
    }
    return findings
  }
  if ('error' in status)
    return [
      failed('Server', `it runs, but does not answer: ${status.error.message}`, 'Look at its log, then restart it.'),
    ]
  const { pid, version } = status.result as { pid: number; version: string }
  return [ok('Server', `version ${version} runs as process ${pid} and answers`)]
}

async function checkRecords(config: Config, load: () => Promise<ServerFunctions>): Promise<Finding> {
  const name = 'Records'
  const entries = await readdir(config.data).catch(() => [])
  if (entries.length === 0) return ok(name, 'there are none yet; the first start makes them')
  try {
    const state = await (await load()).openState(config)
    try {
      const { faults, facts } = await state.audit()
      if (faults.length > 0) {
        const finding = failed(
          name,
          faults.slice(0, 3).join(' '),
          'Keep a copy of the data folder, then restore a backup.',
        )
        return { ...finding, facts }
      }
      return ok(name, `${facts.objects} objects; every byte that a record mentions is there`, facts)
    } finally {
      await state.close()
    }
  } catch (error) {
    const { message } = error as Error
    if (isFolderInUse(error))
      return failed(name, message, 'Another process has the folder and does not answer; end it.')
    return failed(name, message, 'The server does not start until this is put right.')
  }
}

const ports = [
  ['s3Listen', 'S3 port'],
  ['adminListen', 'Admin port'],
  ['deliveryListen', 'Delivery port'],
  ['tlsListen', 'TLS port'],
  ['httpListen', 'HTTP port'],
] as const

async function checkPort(name: (typeof ports)[number][0], label: string, listen: Address): Promise<Finding> {
  try {
    await tryToListen(listen)
    return ok(label, `${showAddress(listen)} is free`)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    const why = code === 'EADDRINUSE' ? 'is taken by another process' : `cannot be listened on (${code})`
    return failed(
      label,
      `${showAddress(listen)} ${why}`,
      `Stop that process, or choose another with ${flagName(settings[name])}.`,
    )
  }
}

async function tryToListen({ host, port }: Address): Promise<void> {
  const server = createServer()
  server.listen({ host, port, exclusive: true })
  await once(server, 'listening')
  server.close()
  await once(server, 'close')
}

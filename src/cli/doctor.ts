/** `entrepot doctor`: checks what the server depends on, and says what to do about each fault. */
import { checkCertificates } from './checks/certificates.ts'
import { checkClock } from './checks/clock.ts'
import { failed } from './checks/check.ts'
import type { Finding } from './checks/check.ts'
import { checkFileSystem, checkFsync, checkSpace, existingFolder } from './checks/disk.ts'
import { checkFolder, checkMasterKey } from './checks/folder.ts'
import { checkNode } from './checks/node.ts'
import { checkServer } from './checks/server.ts'
import { loadConfig } from './configuration.ts'
import type { Flags } from './configuration.ts'
import { UsageFault } from './failure.ts'
import type { Surroundings } from './surroundings.ts'
import { colored } from './text.ts'

/** The exit code: 1 where a check failed. */
export async function doctor(surroundings: Surroundings, flags: Flags, json: boolean): Promise<number> {
  const { terminal } = surroundings
  const findings = await findAll(surroundings, flags)
  const failures = findings.filter(({ status }) => status === 'failed').length
  const warnings = findings.filter(({ status }) => status === 'warning').length
  if (json)
    terminal.out(
      `${JSON.stringify({ ok: failures === 0, checks: findings, storage: findings.find(({ facts }) => facts !== undefined)?.facts })}\n`,
    )
  else {
    const width = Math.max(...findings.map(({ name }) => name.length))
    for (const finding of findings) terminal.out(lineOf(surroundings, finding, width))
    terminal.out(`\n${summary(failures, warnings)}\n`)
  }
  return failures === 0 ? 0 : 1
}

async function findAll(surroundings: Surroundings, flags: Flags): Promise<Finding[]> {
  const { clock, server } = surroundings
  const findings = [checkNode(process.versions.node)]
  try {
    const config = await loadConfig(surroundings, flags)
    const place = await existingFolder(config.data)
    findings.push(
      await checkFolder(config.data),
      await checkMasterKey(config),
      await checkFileSystem(place),
      await checkSpace(place),
    )
    findings.push(
      await checkFsync(place, clock),
      await checkClock(clock, place),
      ...(await checkCertificates(config, clock)),
      ...(await checkServer(config, server)),
    )
  } catch (error) {
    if (!(error instanceof UsageFault)) throw error
    findings.push(...error.faults.map((fault) => failed('Configuration', fault, 'Correct it, then run doctor again.')))
  }
  return findings
}

function lineOf({ terminal }: Surroundings, { name, status, message, remedy }: Finding, width: number): string {
  const mark = {
    ok: colored(terminal, 'green', 'ok     '),
    warning: colored(terminal, 'yellow', 'warning'),
    failed: colored(terminal, 'red', 'failed '),
  }[status]
  const indent = ' '.repeat(width + 11)
  return `${mark}  ${name.padEnd(width)}  ${message}\n${remedy === undefined ? '' : `${indent}→ ${remedy}\n`}`
}

function summary(failures: number, warnings: number): string {
  if (failures > 0) return `${failures === 1 ? 'One check' : `${failures} checks`} failed.`
  return warnings === 0 ? 'All is well.' : `Nothing failed; ${warnings === 1 ? 'one warning' : `${warnings} warnings`}.`
}

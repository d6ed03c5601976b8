/** `entrepot serve`: starts the server, says so, and stops it when told to. */
import { setTimeout as sleep } from 'node:timers/promises'
import { askStatus } from '../admin/control-client.ts'
import { Refusal } from '../base/refusal.ts'
import type { Config } from '../config.ts'
import { isFolderInUse, report } from './failure.ts'
import type { RunningServer, ServerHooks, StopSignal, Surroundings } from './surroundings.ts'
import { welcome, welcomeLine } from './welcome.ts'

/** Two signals closer together than this are one: Ctrl-C reaches npm, which passes it on to us, who have it already. */
const sameSignalMilliseconds = 500

/** How long another process may hold the data folder without answering. */
const patienceMilliseconds = 5000
const pauseMilliseconds = 100

/** How much longer than the deadline the server may take to cut what is left. */
const cuttingMilliseconds = 2000

/** Ends when the server has stopped; the exit code is 0 if everything in flight was finished. */
export async function serve(surroundings: Surroundings, config: Config, json: boolean): Promise<number> {
  const { terminal, onStop, onReopen, exit, clock } = surroundings
  const { promise: over, resolve: end } = Promise.withResolvers<number>()
  let running: RunningServer | undefined = undefined
  let stoppingSince: number | undefined

  const stop = (signal: StopSignal): void => {
    const now = clock.monotonic()
    if (stoppingSince !== undefined) {
      if (now - stoppingSince < sameSignalMilliseconds) return
      terminal.error('entrepot: stopped at once; requests in flight were cut.\n')
      exit(1)
    }
    stoppingSince = now
    if (running === undefined) return exit(signal === 'SIGINT' ? 130 : 143)
    terminal.error(`entrepot: stopping; requests in flight have ${config.stopDeadlineSeconds} s to finish.\n`)
    end(stopWithin(surroundings, running, config.stopDeadlineSeconds))
  }
  onStop(stop)

  const started = await startPatiently(surroundings, config, {
    onFatal: (error) => {
      report(error, terminal, json)
      terminal.error('entrepot: the server cannot go on.\n')
      exit(1)
    },
  })
  running = started
  onReopen(() => void started.reopenLogs())
  terminal.out(json ? welcomeLine(surroundings, config, started) : welcome(surroundings, config, started))
  return over
}

/** Waits for a data folder that is about to become free: its last server is still stopping, or a command works on it. */
async function startPatiently(
  { clock, server }: Surroundings,
  config: Config,
  hooks: ServerHooks,
): Promise<RunningServer> {
  const { startServer } = await server()
  const patientUntil = clock.monotonic() + patienceMilliseconds
  for (;;) {
    try {
      return await startServer(config, hooks)
    } catch (error) {
      if (!isFolderInUse(error)) throw error
      const status = await askStatus(config.data)
      if (status !== undefined && 'result' in status) {
        const { pid } = status.result as { pid: number }
        throw new Refusal(
          `The data folder ${config.data} is in use by the server that runs as process ${pid}. Stop it, or choose another with --data.`,
        )
      }
      if (clock.monotonic() > patientUntil) throw error
      await sleep(pauseMilliseconds)
    }
  }
}

async function stopWithin({ terminal, exit }: Surroundings, running: RunningServer, seconds: number): Promise<number> {
  const { promise: late, resolve } = Promise.withResolvers<'late'>()
  const timer = setTimeout(() => resolve('late'), seconds * 1000 + cuttingMilliseconds)
  try {
    if ((await Promise.race([running.stop(), late])) === 'late') {
      terminal.error('entrepot: the deadline is over; what was in flight is cut.\n')
      exit(1)
    }
    terminal.error('entrepot: stopped.\n')
    return 0
  } catch (error) {
    return report(error, terminal, false)
  } finally {
    clearTimeout(timer)
  }
}

/** `entrepot serve`: starts the server, says so, and stops it when told to. */
import type { Config } from '../config.ts'
import { report } from './failure.ts'
import type { RunningServer, StopSignal, Surroundings } from './surroundings.ts'
import { welcome, welcomeLine } from './welcome.ts'

/** Two signals closer together than this are one: Ctrl-C reaches npm, which passes it on to us, who have it already. */
const sameSignalMilliseconds = 500

/** How much longer than the deadline the server may take to cut what is left. */
const cuttingMilliseconds = 2000

/** Ends when the server has stopped; the exit code is 0 if everything in flight was finished. */
export async function serve(surroundings: Surroundings, config: Config, json: boolean): Promise<number> {
  const { terminal, onStop, exit, clock } = surroundings
  const { promise: over, resolve: end } = Promise.withResolvers<number>()
  let running: RunningServer | undefined
  let stoppingSince: number | undefined

  const stop = (signal: StopSignal): void => {
    const now = clock.monotonic()
    if (stoppingSince !== undefined) {
      if (now - stoppingSince < sameSignalMilliseconds) return
      terminal.error('entrepot: stopped at once; requests in flight were cut.\n')
      exit(1)
    }
    stoppingSince = now
    if (running === undefined) exit(signal === 'SIGINT' ? 130 : 143)
    terminal.error(`entrepot: stopping; requests in flight have ${config.stopDeadlineSeconds} s to finish.\n`)
    end(stopWithin(surroundings, running, config.stopDeadlineSeconds))
  }
  onStop(stop)

  const { startServer } = await surroundings.server()
  const started = await startServer(config, {
    onFatal: (error) => {
      report(error, terminal, json)
      terminal.error('entrepot: the server cannot go on.\n')
      exit(1)
    },
  })
  running = started
  terminal.out(json ? welcomeLine(surroundings, config, started) : welcome(surroundings, config, started))
  return over
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

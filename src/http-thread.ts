/** A further thread that answers requests: listens, says so, and does what it is told. */
import { parentPort, workerData } from 'node:worker_threads'
import type { ServerHealth } from './admin/server-health.ts'
import { joinFront } from './front.ts'
import type { ThreadAnswer, ThreadMessage, ThreadOrder } from './threads.ts'

const { front: order, handle } = workerData as ThreadOrder
const port = parentPort!
const tell = (answer: ThreadAnswer): void => port.postMessage(answer)
/** Who asked how the server is, the first one first. */
const asking: ((health: ServerHealth | undefined) => void)[] = []
const front = await joinFront(order, handle, askHealth)

port.on('message', (message: ThreadMessage) => {
  if (message.kind === 'snapshot') tell({ kind: 'snapshot', snapshot: front.observer.snapshot() })
  else if (message.kind === 'health') asking.shift()?.(message.health)
  else if (message.kind === 'reopen-logs') void front.observer.reopen()
  else void stop(message.deadlineSeconds)
})
await front.listeners.listen()
tell({ kind: 'listening' })

async function askHealth(): Promise<ServerHealth> {
  const { promise, resolve } = Promise.withResolvers<ServerHealth | undefined>()
  asking.push(resolve)
  tell({ kind: 'health-wanted' })
  const health = await promise
  if (health === undefined) throw new Error('the first thread could not say how the server is')
  return health
}

async function stop(deadlineSeconds: number): Promise<void> {
  await front.listeners.stop(deadlineSeconds)
  await front.close()
  await front.metadata.close()
  port.close()
}

/** A further thread that answers requests: listens, says so, and does what it is told. */
import { parentPort, workerData } from 'node:worker_threads'
import { joinFront } from './front.ts'
import type { ThreadAnswer, ThreadMessage, ThreadOrder } from './threads.ts'

const { front: order, handle } = workerData as ThreadOrder
const front = await joinFront(order, handle)
const port = parentPort!
const tell = (answer: ThreadAnswer): void => port.postMessage(answer)

port.on('message', (message: ThreadMessage) => {
  if (message.kind === 'snapshot') tell({ kind: 'snapshot', snapshot: front.observer.snapshot() })
  else if (message.kind === 'reopen-logs') void front.observer.reopen()
  else void stop(message.deadlineSeconds)
})
await front.listeners.listen()
tell({ kind: 'listening' })

async function stop(deadlineSeconds: number): Promise<void> {
  await front.listeners.stop(deadlineSeconds)
  await front.close()
  await front.metadata.close()
  port.close()
}

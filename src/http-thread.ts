/** A further thread that answers S3 requests: listens, says so, and stops when told. */
import { once } from 'node:events'
import { parentPort, workerData } from 'node:worker_threads'
import { joinFront } from './server.ts'
import type { ThreadOrder } from './threads.ts'

const { front: order, handle } = workerData as ThreadOrder
const front = await joinFront(order, handle)
await front.listeners.listen()
parentPort!.postMessage('listening')
const [deadlineSeconds] = (await once(parentPort!, 'message')) as [number]
await front.listeners.stop(deadlineSeconds)
await front.blobs.close()
await front.metadata.close()
parentPort!.close()

/** Takes a body chunk by chunk, and leaves it at once when the signal aborts, even while the next chunk is being waited for. */

/**
 * Gives each chunk to `use`, and awaits the promise if that returns one, before it asks for the next. Throws what the body, `use` or the
 * signal throws; the body is told to return, but not waited for.
 */
export async function consume(
  body: AsyncIterable<Uint8Array>,
  signal: AbortSignal | undefined,
  use: (chunk: Uint8Array) => Promise<void> | undefined,
): Promise<void> {
  if (signal !== undefined) return consumeUntilAborted(body, signal, use)
  for await (const chunk of body) {
    const used = use(chunk)
    if (used !== undefined) await used
  }
}

async function consumeUntilAborted(
  body: AsyncIterable<Uint8Array>,
  signal: AbortSignal,
  use: (chunk: Uint8Array) => Promise<void> | undefined,
): Promise<void> {
  signal.throwIfAborted()
  const iterator = body[Symbol.asyncIterator]()
  // Not Promise.race: it would hang one reaction a chunk on a promise that lives as long as the body.
  let rejectNext: ((reason: unknown) => void) | undefined
  const abort = (): void => rejectNext?.(signal.reason)
  signal.addEventListener('abort', abort)
  try {
    for (;;) {
      const step = await new Promise<IteratorResult<Uint8Array, unknown>>((resolve, reject) => {
        rejectNext = reject
        iterator.next().then(resolve, reject)
      })
      signal.throwIfAborted()
      if (step.done === true) return
      const used = use(step.value)
      if (used !== undefined) await used
    }
  } catch (error) {
    iterator.return?.().catch(() => {})
    throw error
  } finally {
    signal.removeEventListener('abort', abort)
  }
}

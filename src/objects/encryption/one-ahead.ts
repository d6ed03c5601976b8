/** Makes the next chunk of a stream while the one before it is used, one chunk ahead and no more. */

/**
 * Passes the chunks of `source` on, which must stay valid until `release` is told of them: that is when the chunk after is asked for. The next chunk is begun once whoever asked has had a turn to use the one it got.
 */
export async function* oneAhead<T>(source: AsyncIterable<T>, release: (chunk: T) => void): AsyncGenerator<T> {
  const iterator = source[Symbol.asyncIterator]()
  let next = iterator.next()
  try {
    for (;;) {
      const made = await next
      if (made.done === true) return
      next = afterTurn().then(() => iterator.next())
      // A fault is thrown when its chunk is asked for, and nowhere else.
      next.catch(() => undefined)
      yield made.value
      release(made.value)
    }
  } finally {
    await next.then(
      (made) => (made.done === true ? undefined : release(made.value)),
      () => undefined,
    )
    await iterator.return?.()
  }
}

const afterTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

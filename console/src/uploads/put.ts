/** Sends bytes to the management API and tells how far they are, which fetch cannot; a slice of a file is read as it is sent. */
import { baseUrl, changeHeaders } from '../api/client.ts'
import { Problem, problemOf } from '../api/problem.ts'
import { uploads as words } from '../strings/uploads.ts'

interface PutOptions {
  readonly type: string
  readonly signal: AbortSignal
  /** Bytes that were sent of this body. */
  onProgress(sent: number): void
}

/** Without any progress for so long, the connection is taken for dead. */
const stallMs = 120_000

/** Answers what the server says in JSON. Throws Problem, of status 0 where no answer came, or the signal's reason. */
export async function put(path: string, body: Blob, { type, signal, onProgress }: PutOptions): Promise<unknown> {
  signal.throwIfAborted()
  const request = new XMLHttpRequest()
  return new Promise((resolve, reject) => {
    let stalled: ReturnType<typeof setTimeout> | undefined
    const alive = (): void => {
      clearTimeout(stalled)
      stalled = setTimeout(() => {
        request.abort()
        reject(lost())
      }, stallMs)
    }
    const abort = (): void => {
      request.abort()
      reject(signal.reason as Error)
    }
    signal.addEventListener('abort', abort, { once: true })
    request.upload.addEventListener('progress', ({ loaded }) => {
      alive()
      onProgress(Math.min(loaded, body.size))
    })
    request.addEventListener('error', () => reject(lost()))
    request.addEventListener('load', () => {
      const answer = parse(request.responseText)
      if (request.status >= 200 && request.status <= 299) resolve(answer)
      else reject(problemOf(answer, { status: request.status, headers: new Headers() }))
    })
    request.addEventListener('loadend', () => {
      clearTimeout(stalled)
      signal.removeEventListener('abort', abort)
    })
    request.open('PUT', `${baseUrl}/v1${path}`)
    request.setRequestHeader('content-type', type)
    for (const [name, value] of Object.entries(changeHeaders())) request.setRequestHeader(name, value)
    alive()
    request.send(body)
  })
}

const lost = (): Problem => new Problem('NetworkError', words.lost, 0, undefined)

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

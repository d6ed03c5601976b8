/** Which uploads go on in other tabs of this browser: they are not interrupted. */
const channel = new BroadcastChannel('entrepot-uploads')
/** Tabs answer at once, unless they are gone. */
const answerMs = 300

type Message = { readonly ask: true } | { readonly running: readonly string[] }

/** From now on, answers other tabs that ask. */
export function answerTabs(running: () => readonly string[]): void {
  channel.addEventListener('message', ({ data }: MessageEvent<Message>) => {
    if ('ask' in data) channel.postMessage({ running: running() } satisfies Message)
  })
}

export async function runningElsewhere(): Promise<ReadonlySet<string>> {
  const found = new Set<string>()
  const listen = ({ data }: MessageEvent<Message>): void => {
    if ('running' in data) for (const uploadId of data.running) found.add(uploadId)
  }
  channel.addEventListener('message', listen)
  channel.postMessage({ ask: true } satisfies Message)
  await new Promise((resolve) => setTimeout(resolve, answerMs))
  channel.removeEventListener('message', listen)
  return found
}

/** Short remarks on what was done, for all pages: a list that listeners are told of. */
export interface ToastMessage {
  readonly id: number
  readonly text: string
  readonly tone: 'good' | 'danger'
}

const shownMax = 4
let messages: readonly ToastMessage[] = []
let lastId = 0
const listeners = new Set<() => void>()

/** Says that something was done, or went wrong. */
export function toast(text: string, tone: ToastMessage['tone'] = 'good'): void {
  const id = ++lastId
  set([...messages, { id, text, tone }].slice(-shownMax))
  // What went wrong stays until it is put away.
  if (tone === 'good') setTimeout(() => dismissToast(id), 5000)
}

export const dismissToast = (id: number): void => set(messages.filter((message) => message.id !== id))
export const currentToasts = (): readonly ToastMessage[] => messages

export function onToasts(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

function set(next: readonly ToastMessage[]): void {
  messages = next
  for (const listener of listeners) listener()
}

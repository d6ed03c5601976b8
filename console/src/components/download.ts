/** Gives a text that the page holds to the browser to keep as a file. Nothing is sent for it. */
export function downloadText(name: string, text: string, type = 'text/plain'): void {
  const url = URL.createObjectURL(new Blob([text], { type: `${type};charset=utf-8` }))
  const link = document.createElement('a')
  link.href = url
  link.download = fileName(name)
  link.click()
  // The browser has taken it by then.
  setTimeout(() => URL.revokeObjectURL(url), 10_000)
}

/** A name that every file system takes, of one that somebody chose. */
const fileName = (name: string): string => name.replace(/[^\w.@-]+/g, '_').slice(0, 120)

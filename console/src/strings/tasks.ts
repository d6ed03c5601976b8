/** Work on many objects that goes on while one looks at other pages. */
const number = (count: number): string => count.toLocaleString()

export const tasks = {
  title: 'Work in progress',
  progress: (done: number, total: number | undefined) =>
    total === undefined ? `${number(done)} done` : `${number(done)} of ${number(total)}`,
  bytes: (bytes: string) => `${bytes}`,
  failed: (count: number) => `${number(count)} failed`,
  cancelled: (done: number) => `Stopped after ${number(done)}. What was done stays done.`,
  cancel: 'Stop',
  cancelOf: (title: string) => `Stop: ${title}`,
  retry: 'Try what failed again',
  dismissOf: (title: string) => `Put away: ${title}`,
  failures: (count: number) => (count === 1 ? 'What failed' : `What failed (${number(count)})`),
  moreFailures: (count: number) => `and ${number(count)} more`,
  stopped: (title: string) => `It could not go on: ${title}`,
  someFailed: (count: number) => (count === 1 ? '1 object failed.' : `${number(count)} objects failed.`),
} as const

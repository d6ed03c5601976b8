/** What was chosen, down to every object of every folder: read as the work goes on, never all at once. */
import { Problem } from '../../../api/problem.ts'
import { pageSizeMax, rowSource, type Row, type RowPage, type View } from '../list/rows.ts'

/** What is to be worked on. */
export interface Target {
  readonly bucket: string
  readonly view: View
  /** Of what is looked at: a folder, or a beginning of names in it. */
  readonly prefix: string
  readonly rows: readonly Row[]
  /** All that the list has, rather than rows of it. */
  readonly everything: boolean
}

/** The beginnings of keys that it reaches below. */
export const prefixesOf = ({ rows, prefix, everything }: Target): readonly string[] =>
  everything ? [prefix] : rows.filter(({ kind }) => kind === 'folder').map(({ name }) => name)

/** Whether nobody knows how much it is. */
export const isOpenEnded = (target: Target): boolean => prefixesOf(target).length > 0

export async function* expand(target: Target, signal: AbortSignal): AsyncGenerator<readonly Row[]> {
  const { bucket, view, rows, everything } = target
  const single = everything ? [] : rows.filter(({ kind }) => kind !== 'folder')
  for (let from = 0; from < single.length; from += pageSizeMax) yield single.slice(from, from + pageSizeMax)
  for (const prefix of prefixesOf(target)) {
    const source = rowSource(view, { bucket, prefix })
    let after: string | undefined
    do {
      const page: RowPage = await patiently(() => source(after, pageSizeMax, signal), signal)
      if (page.rows.length > 0) yield page.rows
      after = page.next ?? undefined
    } while (after !== undefined)
  }
}

const triesMax = 5

/** What fails on the way is tried again; hours of work shall not end by a moment without network. */
async function patiently<T>(ask: () => Promise<T>, signal: AbortSignal): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await ask()
    } catch (error) {
      const passing = error instanceof Problem && (error.status === 0 || error.status === 429 || error.status >= 500)
      if (!passing || tries === triesMax || signal.aborted) throw error
      await new Promise((resolve) => setTimeout(resolve, 250 * 2 ** tries))
    }
  }
}

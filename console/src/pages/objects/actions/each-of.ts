/** Does something with each item; what is refused is that item's failure, and what failed on the way is thrown, to be tried again. */
import { Problem } from '../../../api/problem.ts'
import { objectActions as words } from '../../../strings/objectActions.ts'
import type { TaskFailure, TaskItem } from '../../../tasks/task.ts'

export async function eachOf<Item extends TaskItem>(
  items: readonly Item[],
  act: (item: Item) => Promise<unknown>,
): Promise<readonly TaskFailure<Item>[]> {
  const failures: TaskFailure<Item>[] = []
  for (const item of items) {
    try {
      await act(item)
    } catch (error) {
      if (!(error instanceof Problem) || error.status < 400 || error.status >= 500 || error.status === 429) throw error
      failures.push({ item, message: error.code === 'PreconditionFailed' ? words.isThere : error.message })
    }
  }
  return failures
}

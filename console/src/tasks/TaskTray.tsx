/** What is being copied, moved or deleted, in a corner of every page; loaded when there is something. */
import { lazy, Suspense, useSyncExternalStore } from 'react'
import { currentTasks, onTasks } from './tasks.ts'

const TaskPanel = lazy(() => import('./TaskPanel.tsx'))

export function TaskTray() {
  const tasks = useSyncExternalStore(onTasks, currentTasks)
  if (tasks.length === 0) return null
  return (
    <Suspense fallback={null}>
      <TaskPanel tasks={tasks} />
    </Suspense>
  )
}

/** The tasks that there are: how far each is, what failed and why. */
import { X } from 'lucide-react'
import { Button } from '../components/Button.tsx'
import { ErrorNotice } from '../components/ErrorNotice.tsx'
import { formatBytes } from '../components/format.ts'
import { IconButton } from '../components/IconButton.tsx'
import { ObjectName } from '../components/ObjectName.tsx'
import { Progress } from '../components/Progress.tsx'
import { tasks as words } from '../strings/tasks.ts'
import './tasks.css'
import { cancelTask, dismissTask, retryTask, type Task } from './tasks.ts'

/** Of each task; the rest is counted. */
const failuresShown = 100

export default function TaskPanel({ tasks }: { readonly tasks: readonly Task[] }) {
  return (
    <section className="task-tray" aria-label={words.title}>
      <ul>
        {tasks.map((task) => (
          <TaskView key={task.id} task={task} />
        ))}
      </ul>
    </section>
  )
}

function TaskView({ task }: { readonly task: Task }) {
  const { id, title, state, done, total, bytes, failed } = task
  const isRunning = state === 'running'
  return (
    <li className="task stack-small">
      <div className="task-head">
        <p className="task-title wrap-anywhere">{title}</p>
        {isRunning ? (
          <Button size="small" aria-label={words.cancelOf(title)} onClick={() => cancelTask(id)}>
            {words.cancel}
          </Button>
        ) : (
          <IconButton label={words.dismissOf(title)} icon={<X />} size="small" onClick={() => dismissTask(id)} />
        )}
      </div>
      {isRunning && (
        <Progress value={total === undefined ? undefined : total === 0 ? 1 : (done + failed) / total} label={title} />
      )}
      <p className="small soft" role="status">
        {state === 'cancelled' ? words.cancelled(done) : words.progress(done, total)}
        {bytes > 0 && ` · ${words.bytes(formatBytes(bytes))}`}
        {failed > 0 && <span className="task-failed">{` · ${words.failed(failed)}`}</span>}
      </p>
      {task.error !== undefined && <ErrorNotice error={task.error} />}
      {task.failures.length > 0 && !isRunning && <Failures task={task} />}
    </li>
  )
}

function Failures({ task: { id, failures, failed } }: { readonly task: Task }) {
  const shown = failures.slice(0, failuresShown)
  return (
    <>
      <details className="small">
        <summary>{words.failures(failed)}</summary>
        <ul className="task-failures">
          {shown.map(({ item, message }) => (
            <li key={item.key}>
              <ObjectName name={item.key} />
              <p className="soft">{message}</p>
            </li>
          ))}
          {failed > shown.length && <li>{words.moreFailures(failed - shown.length)}</li>}
        </ul>
      </details>
      <div>
        <Button size="small" onClick={() => retryTask(id)}>
          {words.retry}
        </Button>
      </div>
    </>
  )
}

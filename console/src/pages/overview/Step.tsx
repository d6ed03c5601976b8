/** One of the first steps: what it is, whether it is done, and the page where it is done by hand. */
import { Link } from '@tanstack/react-router'
import { CircleCheck } from 'lucide-react'
import type { ReactNode } from 'react'
import { useRight } from '../../api/me.ts'
import { overview as words } from '../../strings/overview.ts'

interface StepProps {
  readonly number: number
  readonly step: 'bucket' | 'upload' | 'share'
  readonly done: boolean
  readonly bucket: string | undefined
  readonly children: ReactNode
}

export function Step({ number, step, done, bucket, children }: StepProps) {
  const mayWrite = useRight('storage.write')
  return (
    <li className="first-step">
      <span className="first-step-mark" data-done={done ? '' : undefined}>
        {done ? <CircleCheck aria-hidden="true" /> : number}
        <span className="visually-hidden">{done ? words.done : words.open}</span>
      </span>
      <div className="stack-small">
        <div className="row-between">
          <h3>{words.step[step]}</h3>
          {step === 'bucket'
            ? !done &&
              mayWrite && (
                <Link to="/buckets" search={{ create: true }}>
                  {words.action.bucket}
                </Link>
              )
            : bucket !== undefined && (
                <Link to="/buckets/$bucket" params={{ bucket }} search={{}}>
                  {words.action[step]}
                </Link>
              )}
        </div>
        <p className="soft small">{words.stepText[step]}</p>
        {children}
      </div>
    </li>
  )
}

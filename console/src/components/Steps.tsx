/** What is done one after the other. */
import type { ReactNode } from 'react'
import './steps.css'

interface Step {
  readonly title: string
  readonly text: ReactNode
}

export function Steps({ steps }: { readonly steps: readonly Step[] }) {
  return (
    <ol className="steps">
      {steps.map(({ title, text }) => (
        <li key={title}>
          <span className="steps-title">{title}</span>
          <span className="soft small">{text}</span>
        </li>
      ))}
    </ol>
  )
}

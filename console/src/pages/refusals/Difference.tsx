/** One thing that differed, with the place where it does made visible. */
import { useMemo } from 'react'
import { ObjectName } from '../../components/ObjectName.tsx'
import { refusals as words } from '../../strings/refusals.ts'
import { diffLines, type DiffLine } from './diffLines.ts'

interface DifferenceProps {
  readonly name: string
  readonly sent: string
  readonly expected: string
}

export function Difference({ name, sent, expected }: DifferenceProps) {
  const lines = useMemo(() => diffLines(sent, expected), [sent, expected])
  return (
    <div className="stack-small">
      <h3>
        <ObjectName name={name} />
      </h3>
      <div className="diff" tabIndex={0} role="region" aria-label={name}>
        {lines.map((line, index) => (
          // Lines have nothing but their place.
          <Line line={line} key={index} />
        ))}
      </div>
    </div>
  )
}

function Line({ line: { kind, text, differs } }: { readonly line: DiffLine }) {
  if (kind === 'same') return <div className="diff-line">{text === '' ? ' ' : text}</div>
  const [start, end] = differs ?? [0, 0]
  const marked = text.slice(start, end)
  const body =
    text === '' ? (
      <i>{words.nothing}</i>
    ) : marked === '' ? (
      text
    ) : (
      <>
        {text.slice(0, start)}
        <mark>
          <ObjectName name={marked} />
        </mark>
        {text.slice(end)}
      </>
    )
  return (
    <div className="diff-line" data-kind={kind}>
      <span className="diff-side">{kind === 'sent' ? words.sentLine : words.expectedLine}</span>
      {kind === 'sent' ? <del>{body}</del> : <ins>{body}</ins>}
    </div>
  )
}

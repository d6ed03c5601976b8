/** Text to copy: a command, a sample, a key. */
import { common } from '../strings/common.ts'
import { CopyButton } from './CopyButton.tsx'

interface CodeBlockProps {
  readonly text: string
  /** What it is, for readers. */
  readonly label: string
  /** Long lines are broken rather than scrolled. */
  readonly wrap?: boolean
  readonly onCopied?: (() => void) | undefined
}

export function CodeBlock({ text, label, wrap = false, onCopied }: CodeBlockProps) {
  return (
    <div className="code" data-wrap={wrap ? '' : undefined}>
      <pre tabIndex={0} role="region" aria-label={label}>
        <code dir="ltr">{text}</code>
      </pre>
      <CopyButton text={text} label={common.copyOf(label)} compact onCopied={onCopied} />
    </div>
  )
}

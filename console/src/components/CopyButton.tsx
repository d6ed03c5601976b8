/** Copies a text, and says that it did. */
import { Check, Copy } from 'lucide-react'
import { useEffect, useState } from 'react'
import { common } from '../strings/common.ts'
import { toast } from './toasts.ts'

interface CopyButtonProps {
  readonly text: string
  /** What is copied, for readers: "Copy the secret". */
  readonly label?: string
  readonly size?: 'small' | 'normal'
  /** Shows the icon alone. */
  readonly compact?: boolean
  readonly onCopied?: (() => void) | undefined
}

export function CopyButton({ text, label = common.copy, size = 'small', compact = false, onCopied }: CopyButtonProps) {
  const [copied, setCopied] = useState(false)
  useEffect(() => {
    if (!copied) return undefined
    const timer = setTimeout(() => setCopied(false), 2000)
    return () => clearTimeout(timer)
  }, [copied])

  async function copy(): Promise<void> {
    try {
      await navigator.clipboard.writeText(text)
    } catch {
      // Over plain HTTP to another machine browsers have no clipboard for pages.
      if (!copyBySelection(text)) {
        toast(common.copyFailed, 'danger')
        return
      }
    }
    setCopied(true)
    onCopied?.()
  }

  return (
    <button
      type="button"
      className="button"
      data-size={size}
      data-kind="plain"
      data-icon-only={compact ? '' : undefined}
      aria-label={label}
      title={label}
      onClick={() => void copy()}
    >
      {copied ? <Check aria-hidden="true" /> : <Copy aria-hidden="true" />}
      {!compact && (copied ? common.copied : common.copy)}
      <span className="visually-hidden" aria-live="polite">
        {copied ? common.copied : ''}
      </span>
    </button>
  )
}

function copyBySelection(text: string): boolean {
  const area = document.createElement('textarea')
  area.value = text
  area.className = 'visually-hidden'
  // In an open dialog the focus cannot leave it.
  const parent = document.activeElement?.closest('[role=dialog]') ?? document.body
  parent.append(area)
  area.select()
  try {
    // Deprecated, and the only way where the page is not a secure context.
    // oxlint-disable-next-line typescript/no-deprecated
    return document.execCommand('copy')
  } finally {
    area.remove()
  }
}

/**
 * Shows a secret the only time that it can be seen. It does not close by accident: until the secret was copied or downloaded, Escape, a click beside it,
 * going to another page and its own buttons ask first. The secret is held by whoever shows this, in the state of a component and nowhere else, and is
 * gone with it.
 */
import { useBlocker } from '@tanstack/react-router'
import { createContext, useContext, useState, type ReactNode } from 'react'
import { common } from '../strings/common.ts'
import { secrets as words } from '../strings/secrets.ts'
import { Button } from './Button.tsx'
import { CodeBlock } from './CodeBlock.tsx'
import { Dialog } from './Dialog.tsx'
import { DownloadButton } from './DownloadButton.tsx'
import { Notice } from './Notice.tsx'

interface ShownOnceProps {
  readonly title: string
  /** What it is, and who must not have it. */
  readonly caution: ReactNode
  readonly children: ReactNode
  onClose(): void
}

/** Says that the secret is in a safe place now. */
const Kept = createContext<() => void>(() => {})

export function ShownOnce({ title, caution, children, onClose }: ShownOnceProps) {
  const [kept, setKept] = useState(false)
  const [asking, setAsking] = useState(false)
  useBlocker({
    shouldBlockFn() {
      if (!kept) setAsking(true)
      return !kept
    },
    enableBeforeUnload: () => !kept,
  })
  const keep = (): void => {
    setKept(true)
    setAsking(false)
  }
  return (
    <Dialog
      open
      kind="wide"
      title={title}
      description={common.shownOnce}
      onClose={() => (kept ? onClose() : setAsking(true))}
      foot={
        asking ? (
          <>
            <div style={{ flexBasis: '100%' }}>
              <Notice tone="warning" live>
                {words.notKept}
              </Notice>
            </div>
            <Button autoFocus onClick={() => setAsking(false)}>
              {words.keepOpen}
            </Button>
            <Button kind="danger" onClick={onClose}>
              {words.closeAnyway}
            </Button>
          </>
        ) : (
          <Button kind="primary" onClick={() => (kept ? onClose() : setAsking(true))}>
            {words.done}
          </Button>
        )
      }
    >
      {/* Who selects it and copies it by hand has it, too. */}
      <div className="stack" onCopy={keep}>
        <Notice tone="warning">{caution}</Notice>
        <Kept value={keep}>{children}</Kept>
      </div>
    </Dialog>
  )
}

interface SecretTextProps {
  /** What it is: "Secret access key". */
  readonly label: string
  readonly text: string
  /** Shown above it. */
  readonly titled?: boolean
  /** The file that it can be kept as, and what the button for that says. */
  readonly file?: { readonly name: string; readonly text?: string; readonly label: string } | undefined
  readonly wrap?: boolean
  /** False for what stands beside the secret: who has that has not the secret. */
  readonly keeps?: boolean
}

/** The secret, or a text that has it in it. */
export function SecretText({ label, text, titled = true, file, wrap = true, keeps = true }: SecretTextProps) {
  const keep = useContext(Kept)
  return (
    <div className="stack-small">
      {titled && <span className="field-label">{label}</span>}
      <CodeBlock text={text} label={label} wrap={wrap} onCopied={keeps ? keep : undefined} />
      {file !== undefined && (
        <div className="row">
          <SecretFile name={file.name} text={file.text ?? text} label={file.label} />
        </div>
      )}
    </div>
  )
}

/** A file that has the secret in it. */
export function SecretFile({
  name,
  text,
  label,
}: {
  readonly name: string
  readonly text: string
  readonly label: string
}) {
  const keep = useContext(Kept)
  return (
    <DownloadButton fileName={name} text={text} onDownloaded={keep}>
      {label}
    </DownloadButton>
  )
}

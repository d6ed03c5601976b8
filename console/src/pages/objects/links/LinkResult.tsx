/** A link that was made: the link, what it opens in plain words, a line for curl, and a QR code. */
import { QrCode as QrIcon } from 'lucide-react'
import { lazy, Suspense, useState } from 'react'
import { Button } from '../../../components/Button.tsx'
import { CodeBlock } from '../../../components/CodeBlock.tsx'
import { Notice } from '../../../components/Notice.tsx'
import { common } from '../../../strings/common.ts'
import { objectLinks as words } from '../../../strings/objectLinks.ts'

const QrCode = lazy(async () => ({ default: (await import('../../../components/QrCode.tsx')).QrCode }))

/** What a code of 40 by 40 holds at the lowest correction. */
const qrSizeMax = 2900

export interface Link {
  readonly url: string
  /** What it is called. */
  readonly label: string
  readonly hint?: string
  /** What it opens, and for how long. */
  readonly sentences: readonly string[]
  readonly curl?: string
}

export function LinkResult({ url, label, hint, sentences, curl }: Link) {
  const [qr, setQr] = useState(false)
  return (
    <div className="stack link-result">
      {sentences.length > 0 && (
        <Notice tone="good" live>
          {sentences.map((sentence) => (
            <p key={sentence}>{sentence}</p>
          ))}
        </Notice>
      )}
      <div className="field">
        <span className="field-label">{label}</span>
        <CodeBlock text={url} label={label} wrap />
        {hint !== undefined && <span className="field-hint">{hint}</span>}
      </div>
      {curl !== undefined && (
        <div className="field">
          <span className="field-label">{words.curl}</span>
          <CodeBlock text={curl} label={words.curl} wrap />
        </div>
      )}
      <div className="stack-small">
        <div>
          <Button size="small" icon={<QrIcon aria-hidden="true" />} aria-expanded={qr} onClick={() => setQr(!qr)}>
            {qr ? words.qrHide : words.qr}
          </Button>
        </div>
        {qr &&
          (url.length > qrSizeMax ? (
            <p className="soft">{words.qrTooLong}</p>
          ) : (
            <Suspense fallback={<p className="soft">{common.loading}</p>}>
              <QrCode text={url} label={words.qrLabel} />
            </Suspense>
          ))}
      </div>
    </div>
  )
}

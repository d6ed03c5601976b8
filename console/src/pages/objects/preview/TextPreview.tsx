/** The beginning of a text, as text and nothing else: markup and programs are shown as they are written. */
import { useQuery } from '@tanstack/react-query'
import { useMemo, useState } from 'react'
import { Checkbox } from '../../../components/Checkbox.tsx'
import { formatBytes } from '../../../components/format.ts'
import { Notice } from '../../../components/Notice.tsx'
import { QueryView } from '../../../components/QueryView.tsx'
import { preview as words } from '../../../strings/preview.ts'
import type { ContentOf } from './content-link.ts'
import { formatJson } from './json-format.ts'
import { shownSizeMax, textQuery } from './text.ts'

interface TextPreviewProps {
  readonly of: ContentOf
  readonly size: number
  readonly name: string
  readonly contentType: string
}

export function TextPreview({ of, size, name, contentType }: TextPreviewProps) {
  const text = useQuery(textQuery(of))
  return (
    <QueryView query={text}>
      {({ text: found }) =>
        found === undefined ? (
          <Notice>{words.notText}</Notice>
        ) : (
          <Read text={found} size={size} name={name} isJson={contentType.endsWith('json') || name.endsWith('.json')} />
        )
      }
    </QueryView>
  )
}

interface ReadProps {
  readonly text: string
  readonly size: number
  readonly name: string
  readonly isJson: boolean
}

function Read({ text, size, name, isJson }: ReadProps) {
  const [wraps, setWraps] = useState(true)
  const [asked, setFormatted] = useState(true)
  const formatted = useMemo(() => (isJson ? formatJson(text) : undefined), [isJson, text])
  return (
    <div className="stack-small">
      <div className="row preview-options">
        {formatted !== undefined && (
          <Checkbox checked={asked} onChange={setFormatted}>
            {words.format}
          </Checkbox>
        )}
        <Checkbox checked={wraps} onChange={setWraps}>
          {words.wrap}
        </Checkbox>
      </div>
      <pre
        className="preview-text"
        data-wrap={wraps ? '' : undefined}
        dir="auto"
        tabIndex={0}
        role="region"
        aria-label={words.textOf(name)}
      >
        {asked && formatted !== undefined ? formatted : text}
      </pre>
      {size > shownSizeMax && <p className="small soft">{words.cut(formatBytes(shownSizeMax), formatBytes(size))}</p>}
    </div>
  )
}

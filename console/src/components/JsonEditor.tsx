/** A field for JSON: with numbers of lines, and the place of what is wrong with it. */
import { useRef, type ReactNode } from 'react'
import { jsonWords as words } from '../strings/json.ts'
import { Button } from './Button.tsx'
import { CodeBlock } from './CodeBlock.tsx'
import { Field } from './Field.tsx'
import { formatJson, parseJson, type JsonFault } from './json.ts'

interface JsonEditorProps {
  readonly label: string
  readonly hint?: ReactNode
  readonly value: string
  /** Of the document, where it is JSON and will not do all the same. */
  readonly error?: string | undefined
  /** It may be empty, which is no fault. */
  readonly optional?: boolean
  readonly readOnly?: boolean
  onChange(value: string): void
}

const linesMin = 10
const linesMax = 32

export function JsonEditor({ readOnly = false, ...props }: JsonEditorProps) {
  if (!readOnly) return <Editor {...props} />
  // It is looked at and copied, which a field that is switched off does not let one do.
  return props.value === '' ? null : <CodeBlock text={props.value} label={props.label} />
}

function Editor(props: Omit<JsonEditorProps, 'readOnly'>) {
  const { label, hint, value, error, optional = false, onChange } = props
  const text = useRef<HTMLTextAreaElement>(null)
  const numbers = useRef<HTMLDivElement>(null)
  const fault = optional && value.trim() === '' ? undefined : faultIn(value)
  const lines = value.split('\n').length
  const told = fault === undefined ? error : words.at(fault.line, fault.column, fault.message)
  return (
    <div className="stack-small">
      <Field label={label} hint={hint} error={told}>
        {(control) => (
          <div className="editor">
            <div className="editor-gutter" aria-hidden="true">
              <div className="editor-numbers" ref={numbers}>
                {Array.from({ length: lines }, (_, index) => (
                  <div key={index} data-fault={fault?.line === index + 1 ? '' : undefined}>
                    {index + 1}
                  </div>
                ))}
              </div>
            </div>
            <textarea
              {...control}
              ref={text}
              dir="ltr"
              wrap="off"
              spellCheck={false}
              autoCapitalize="off"
              autoCorrect="off"
              rows={Math.min(linesMax, Math.max(linesMin, lines))}
              value={value}
              onChange={(event) => onChange(event.target.value)}
              onScroll={(event) => {
                if (numbers.current) numbers.current.scrollTop = event.currentTarget.scrollTop
              }}
            />
          </div>
        )}
      </Field>
      <div className="row">
        <Button size="small" disabled={fault !== undefined} onClick={() => onChange(formatJson(value))}>
          {words.format}
        </Button>
        {fault && (
          <Button size="small" onClick={() => text.current && show(text.current, fault)}>
            {words.goThere}
          </Button>
        )}
      </div>
    </div>
  )
}

function faultIn(text: string): JsonFault | undefined {
  const parsed = parseJson(text)
  return 'fault' in parsed ? parsed.fault : undefined
}

function show(text: HTMLTextAreaElement, { line, offset }: JsonFault): void {
  text.focus()
  text.setSelectionRange(offset, offset + 1)
  const height = text.scrollHeight / text.value.split('\n').length
  text.scrollTop = Math.max(0, (line - 4) * height)
}

/** A name that is changed where it stands: Enter saves it, Escape leaves it as it was. */
import { useMutation } from '@tanstack/react-query'
import { Check, Pencil, X } from 'lucide-react'
import { useRef, useState } from 'react'
import { common } from '../strings/common.ts'
import { secrets as words } from '../strings/secrets.ts'
import { ErrorNotice } from './ErrorNotice.tsx'
import { IconButton } from './IconButton.tsx'
import { ObjectName } from './ObjectName.tsx'
import { toast } from './toasts.ts'
import './editable-name.css'

interface EditableNameProps {
  /** Empty where it has none. */
  readonly name: string
  /** What tells it from others whatever it is called: its id. */
  readonly of: string
  readonly canEdit: boolean
  onRename(name: string): Promise<unknown>
}

export function EditableName({ name, of, canEdit, onRename }: EditableNameProps) {
  const [text, setText] = useState<string>()
  const pencil = useRef<HTMLButtonElement>(null)
  const done = (): void => {
    setText(undefined)
    save.reset()
    // The field is gone, and the focus with it.
    requestAnimationFrame(() => pencil.current?.focus())
  }
  const save = useMutation({
    mutationFn: () => onRename(text ?? ''),
    onSuccess() {
      toast(text === '' || text === undefined ? words.unnamedNow : words.renamed(text))
      done()
    },
  })
  if (text === undefined) {
    return (
      <span className="editable-name">
        <span className="wrap-anywhere">
          {name === '' ? <span className="soft">{words.unnamed}</span> : <ObjectName name={name} />}
        </span>
        {canEdit && (
          <IconButton
            ref={pencil}
            label={words.rename(name === '' ? of : name)}
            icon={<Pencil />}
            size="small"
            onClick={() => setText(name)}
          />
        )}
      </span>
    )
  }
  return (
    <form
      className="stack-small"
      onSubmit={(event) => {
        event.preventDefault()
        if (text === name) done()
        else save.mutate()
      }}
    >
      <span className="editable-name">
        <input
          className="input"
          aria-label={words.nameOf(of)}
          value={text}
          maxLength={256}
          autoFocus
          onFocus={(event) => event.target.select()}
          onChange={(event) => setText(event.target.value)}
          onKeyDown={(event) => {
            if (event.key === 'Escape') done()
          }}
        />
        <IconButton type="submit" label={words.saveName} icon={<Check />} size="small" disabled={save.isPending} />
        <IconButton label={common.cancel} icon={<X />} size="small" onClick={done} />
      </span>
      {save.error && <ErrorNotice error={save.error} />}
    </form>
  )
}

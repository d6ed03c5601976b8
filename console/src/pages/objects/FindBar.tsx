/** Finds names by their beginning, which is what S3 can do without reading everything, or goes to a key that is known. */
import { LocateFixed, Search, X } from 'lucide-react'
import { useEffect, useId, useRef, useState } from 'react'
import { IconButton } from '../../components/IconButton.tsx'
import { nameInText } from '../../components/ObjectName.tsx'
import { objects as words } from '../../strings/objects.ts'
import { GoToKeyDialog } from './GoToKeyDialog.tsx'
import type { Browser } from './useBrowser.ts'

/** As one types. */
const delayMs = 250

export function FindBar({ browser }: { readonly browser: Browser }) {
  const { beginning, folder, bucket } = browser
  const [text, setText] = useState(beginning)
  const [going, setGoing] = useState(false)
  const id = useId()
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  useEffect(() => () => clearTimeout(timer.current), [])
  const find = (wanted: string): void => {
    clearTimeout(timer.current)
    if (wanted !== beginning) browser.find(wanted)
  }
  return (
    <search className="find-bar">
      <div className="find-field">
        <Search aria-hidden="true" />
        <input
          className="input"
          type="text"
          aria-label={words.find}
          aria-describedby={id}
          placeholder={words.findPlaceholder}
          value={text}
          autoComplete="off"
          spellCheck={false}
          onChange={(event) => {
            const wanted = event.target.value.toWellFormed()
            setText(wanted)
            clearTimeout(timer.current)
            timer.current = setTimeout(() => find(wanted), delayMs)
          }}
          onKeyDown={(event) => event.key === 'Enter' && find(text)}
        />
        {text !== '' && (
          <IconButton
            label={words.findClear}
            icon={<X />}
            size="small"
            onClick={() => {
              setText('')
              find('')
            }}
          />
        )}
        <span className="visually-hidden" id={id}>
          {words.findHint(nameInText(folder === '' ? bucket : folder))}
        </span>
      </div>
      <IconButton label={words.goToKey} icon={<LocateFixed />} kind="plain" onClick={() => setGoing(true)} />
      {going && <GoToKeyDialog browser={browser} onClose={() => setGoing(false)} />}
    </search>
  )
}

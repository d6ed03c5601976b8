/** Opens an object, or a folder, by its whole key. */
import { useState } from 'react'
import { FormDialog } from '../../components/FormDialog.tsx'
import { TextField } from '../../components/TextField.tsx'
import { objects as words } from '../../strings/objects.ts'
import type { Browser } from './useBrowser.ts'

export function GoToKeyDialog({ browser, onClose }: { readonly browser: Browser; onClose(): void }) {
  const [key, setKey] = useState(browser.folder)
  return (
    <FormDialog
      title={words.goToKey}
      submit={words.go}
      incomplete={key === ''}
      onSubmit={() => {
        onClose()
        if (key.endsWith('/')) browser.openFolder(key)
        else browser.openObject(key)
      }}
      onClose={onClose}
    >
      <TextField
        label={words.goToKeyLabel}
        hint={words.goToKeyHint}
        value={key}
        autoComplete="off"
        mono
        autoFocus
        onChange={(text) => setKey(text.toWellFormed())}
      />
    </FormDialog>
  )
}

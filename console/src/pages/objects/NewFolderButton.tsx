/** A button that makes a folder in the one that is shown. */
import { FolderPlus } from 'lucide-react'
import { useState } from 'react'
import { Button } from '../../components/Button.tsx'
import { objects as words } from '../../strings/objects.ts'
import { NewFolderDialog } from './actions/NewFolderDialog.tsx'

interface NewFolderButtonProps {
  readonly bucket: string
  readonly folder: string
  onOpen(folder: string): void
}

export function NewFolderButton(props: NewFolderButtonProps) {
  const [open, setOpen] = useState(false)
  return (
    <>
      <Button icon={<FolderPlus aria-hidden="true" />} onClick={() => setOpen(true)}>
        {words.newFolder}
      </Button>
      {open && <NewFolderDialog {...props} onClose={() => setOpen(false)} />}
    </>
  )
}

/** The navigation at the side of a narrow screen; loaded when it is first opened. */
import { Dialog } from 'radix-ui'
import { HiddenTitle } from '../components/Dialog.tsx'
import { shell } from '../strings/shell.ts'
import { Sidebar } from './Sidebar.tsx'

export default function NavigationSheet({ onClose }: { readonly onClose: () => void }) {
  return (
    <Dialog.Root open onOpenChange={(open) => !open && onClose()}>
      <Dialog.Portal>
        <Dialog.Overlay className="overlay" />
        <Dialog.Content className="sheet" data-side="start" aria-describedby={undefined}>
          <HiddenTitle>{shell.navigation}</HiddenTitle>
          <div className="sidebar">
            <Sidebar onNavigate={onClose} />
          </div>
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  )
}

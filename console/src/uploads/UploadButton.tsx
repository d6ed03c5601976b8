/** Chooses files or a folder, and sends them to a folder of a bucket. */
import { FilePlus, FolderUp, Upload } from 'lucide-react'
import { useRef, type ChangeEvent } from 'react'
import { Button } from '../components/Button.tsx'
import { Menu } from '../components/Menu.tsx'
import { toast } from '../components/toasts.ts'
import { common } from '../strings/common.ts'
import { uploads as words } from '../strings/uploads.ts'
import { chooseFiles } from './choose.ts'
import { CollectError, filesOfInput } from './collect.ts'
import { uploadFiles, type Destination } from './queue.ts'

export function UploadButton(destination: Destination) {
  const files = useRef<HTMLInputElement>(null)
  const folder = useRef<HTMLInputElement>(null)

  const chosen = ({ target }: ChangeEvent<HTMLInputElement>): void => {
    try {
      const found = filesOfInput(target.files ?? new DataTransfer().files)
      if (found.length === 0) toast(words.nothing, 'danger')
      uploadFiles(destination, found)
    } catch (error) {
      toast(error instanceof CollectError ? error.message : common.failed, 'danger')
    }
    // The same files can be chosen again.
    target.value = ''
  }

  async function choose(): Promise<void> {
    const found = await chooseFiles()
    if (found === undefined) files.current?.click()
    else uploadFiles(destination, found)
  }

  return (
    <>
      <Menu
        trigger={
          <Button kind="primary" icon={<Upload aria-hidden="true" />}>
            {words.upload}
          </Button>
        }
        groups={[
          [
            { label: words.chooseFiles, icon: <FilePlus />, onSelect: () => void choose() },
            { label: words.chooseFolder, icon: <FolderUp />, onSelect: () => folder.current?.click() },
          ],
        ]}
      />
      <input ref={files} type="file" multiple hidden aria-label={words.filesInput} onChange={chosen} />
      <input ref={folder} type="file" {...wholeFolder} hidden aria-label={words.folderInput} onChange={chosen} />
    </>
  )
}

/** Not a standard's attribute, and every browser's. */
const wholeFolder = { webkitdirectory: '' }

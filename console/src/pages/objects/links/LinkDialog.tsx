/** Makes a link to a row of the list. */
import type { Bucket } from '../../../api/buckets.ts'
import { Dialog } from '../../../components/Dialog.tsx'
import { nameInText } from '../../../components/ObjectName.tsx'
import { objectLinks as words } from '../../../strings/objectLinks.ts'
import { leafOf } from '../names.ts'
import type { Row } from '../list/rows.ts'
import { LinkMaker } from './LinkMaker.tsx'

interface LinkDialogProps {
  readonly bucket: Bucket
  readonly row: Row
  onClose(): void
}

export function LinkDialog({ bucket, row, onClose }: LinkDialogProps) {
  return (
    <Dialog open title={words.title(nameInText(leafOf(row.name)))} onClose={onClose}>
      <LinkMaker bucket={bucket} row={row} />
    </Dialog>
  )
}

/** Which columns each list has beside the name. */
import { objects as words } from '../../../strings/objects.ts'
import type { View } from './rows.ts'

export type ColumnName = 'size' | 'time' | 'purge'

export const columns: Readonly<Record<View, readonly { readonly name: ColumnName; readonly title: string }[]>> = {
  current: [
    { name: 'size', title: words.size },
    { name: 'time', title: words.modified },
  ],
  versions: [
    { name: 'size', title: words.size },
    { name: 'time', title: words.written },
  ],
  deleted: [
    { name: 'size', title: words.size },
    { name: 'time', title: words.deletedAt },
    { name: 'purge', title: words.purged },
  ],
  uploads: [{ name: 'time', title: words.begun }],
}

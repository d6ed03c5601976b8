/** Copying, moving and renaming as work. Folders are nothing but the beginnings of keys, so each object of one goes by itself. */
import { api } from '../../../api/client.ts'
import { bucketChanged } from '../../../api/buckets.ts'
import { nameInText } from '../../../components/ObjectName.tsx'
import { objectActions as words } from '../../../strings/objectActions.ts'
import type { TaskItem } from '../../../tasks/task.ts'
import { startTask } from '../../../tasks/tasks.ts'
import type { Row } from '../list/rows.ts'
import { folderOf } from '../names.ts'
import { eachOf } from './each-of.ts'
import { expand, prefixesOf, type Target } from './expand.ts'
import { targetName } from './target-name.ts'

export interface Transfer {
  readonly target: Target
  readonly move: boolean
  readonly toBucket: string
  readonly toFolder: string
  readonly overwrite: boolean
  /** The one thing that is chosen gets another name: without a slash at its end, folder or not. */
  readonly newName?: string
}

interface TransferItem extends TaskItem {
  readonly row: Row
  readonly toKey: string
}

/** Why it cannot be: what is copied into itself never ends. */
export function transferFault({ target, move, toBucket, toFolder, newName }: Transfer): string | undefined {
  const here = toBucket === target.bucket
  const only = newName === undefined ? undefined : target.rows[0]
  const renamed = only?.kind === 'folder' ? `${toFolder}${newName}/` : `${toFolder}${newName}`
  if (here && only !== undefined && renamed === only.name) return words.sameName
  if (here && only === undefined && move && toFolder === folderOf(target.prefix)) return words.samePlace
  const place = only === undefined ? toFolder : renamed
  return here && prefixesOf(target).some((prefix) => place.startsWith(prefix)) ? words.intoItself : undefined
}

export function startTransfer(transfer: Transfer): void {
  const { target, move, toBucket, toFolder, newName } = transfer
  const place = nameInText(toFolder === '' || toBucket !== target.bucket ? `${toBucket}/${toFolder}` : toFolder)
  const name = targetName(target)
  const title =
    newName === undefined
      ? move
        ? words.moving(name, place)
        : words.copying(name, place)
      : words.renaming(name, nameInText(newName))
  startTask<TransferItem>({
    title,
    done: newName === undefined ? (move ? words.moved : words.copied) : words.renamed,
    async *items(signal) {
      const toKey = keyAfter(transfer)
      for await (const rows of expand(target, signal)) {
        yield rows.map((row) => ({ key: row.name, row, toKey: toKey(row.name), size: row.size ?? 0 }))
      }
    },
    perform: (items, signal) => eachOf(items, (item) => perform(transfer, item, signal)),
    batchSize: 1,
    changed() {
      void bucketChanged(target.bucket)
      if (toBucket !== target.bucket) void bucketChanged(toBucket)
    },
  })
}

function perform({ target, move, toBucket, overwrite }: Transfer, { row, toKey }: TransferItem, signal: AbortSignal) {
  const body = {
    ...{ key: row.name, to_key: toKey, overwrite },
    ...(toBucket !== target.bucket && { to_bucket: toBucket }),
  }
  const params = { path: { bucket: target.bucket } }
  return move
    ? api.POST('/v1/buckets/{bucket}/objects/move', { params, body, signal })
    : api.POST('/v1/buckets/{bucket}/objects/copy', { params, body, signal })
}

/** What a key is afterwards. */
function keyAfter({ target, toFolder, newName }: Transfer): (key: string) => string {
  const [only] = target.rows
  if (newName !== undefined && only !== undefined) {
    const place = `${toFolder}${newName}`
    return only.kind === 'folder' ? (key) => `${place}/${key.slice(only.name.length)}` : () => place
  }
  const from = folderOf(target.prefix).length
  return (key) => toFolder + key.slice(from)
}

/** Deleting as work: objects, versions for ever, what was deleted softly, unfinished uploads. */
import { api, dataOf } from '../../../api/client.ts'
import { bucketChanged } from '../../../api/buckets.ts'
import { startTask } from '../../../tasks/tasks.ts'
import type { TaskFailure, TaskItem } from '../../../tasks/task.ts'
import { objectActions as words } from '../../../strings/objectActions.ts'
import type { Row } from '../list/rows.ts'
import { targetName } from './target-name.ts'
import { expand, type Target } from './expand.ts'
import { eachOf } from './each-of.ts'

interface RowItem extends TaskItem {
  readonly row: Row
}

export const rowItem = (row: Row): RowItem => ({
  ...{ key: row.name, row },
  ...(row.size !== undefined && { size: row.size }),
})

/** What can be listed: the objects of a view, deleted by what deletes them. */
export function startDelete(target: Target, bypassGovernance: boolean): void {
  const { bucket, view } = target
  const perform = performers[view]
  startTask<RowItem>({
    title: words.deleting[view](targetName(target)),
    done: words.deleted[view],
    async *items(signal) {
      for await (const rows of expand(target, signal)) yield rows.map(rowItem)
    },
    perform: (items, signal) => perform(bucket, items, bypassGovernance, signal),
    batchSize: view === 'current' || view === 'versions' ? 1000 : 1,
    changed: () => void bucketChanged(bucket),
  })
}

/** Delete markers go, so that what lies below them is there again. */
export function startUndeleteMarkers(target: Target): void {
  const { bucket } = target
  startTask<RowItem>({
    title: words.undeleting(targetName(target)),
    done: words.undeleted,
    async *items(signal) {
      for await (const rows of expand(target, signal)) {
        yield rows.filter(({ kind, latest }) => kind === 'marker' && latest === true).map(rowItem)
      }
    },
    perform: (items, signal) => deleteObjects(bucket, items, false, signal),
    batchSize: 1000,
    changed: () => void bucketChanged(bucket),
  })
}

/** What was deleted softly is had back. */
export function startUndelete(target: Target): void {
  const { bucket } = target
  startTask<RowItem>({
    title: words.undeleting(targetName(target)),
    done: words.undeleted,
    async *items(signal) {
      for await (const rows of expand(target, signal)) yield rows.map(rowItem)
    },
    perform: (items, signal) =>
      eachOf(items, ({ row }) =>
        api.POST('/v1/buckets/{bucket}/deleted-objects/undelete', {
          params: { path: { bucket } },
          body: { key: row.name, version_id: row.versionId ?? '' },
          signal,
        }),
      ),
    batchSize: 1,
    changed: () => void bucketChanged(bucket),
  })
}

type Performer = (
  bucket: string,
  items: readonly RowItem[],
  bypassGovernance: boolean,
  signal: AbortSignal,
) => Promise<readonly TaskFailure<RowItem>[]>

const performers: Readonly<Record<Target['view'], Performer>> = {
  current: deleteObjects,
  versions: deleteObjects,
  deleted: (bucket, items, _bypass, signal) =>
    eachOf(items, ({ row }) =>
      api.POST('/v1/buckets/{bucket}/deleted-objects/purge', {
        params: { path: { bucket } },
        body: { key: row.name, version_id: row.versionId ?? '' },
        signal,
      }),
    ),
  uploads: (bucket, items, _bypass, signal) =>
    eachOf(items, ({ row }) =>
      api.DELETE('/v1/buckets/{bucket}/uploads/{upload_id}', {
        params: { path: { bucket, upload_id: row.uploadId ?? '' }, query: { key: row.name } },
        signal,
      }),
    ),
}

async function deleteObjects(
  bucket: string,
  items: readonly RowItem[],
  bypass_governance: boolean,
  signal: AbortSignal,
): Promise<readonly TaskFailure<RowItem>[]> {
  const objects = items.map(({ row }) => ({
    key: row.name,
    ...(typeof row.versionId === 'string' && { version_id: row.versionId }),
  }))
  const { errors } = await dataOf(
    api.POST('/v1/buckets/{bucket}/objects/delete', {
      params: { path: { bucket } },
      body: { objects, bypass_governance },
      signal,
    }),
  )
  const failed = new Map(errors.map((error) => [nameOf(error.key, error.version_id), error.message]))
  if (failed.size === 0) return []
  return items.flatMap((item) => {
    const message = failed.get(nameOf(item.row.name, item.row.versionId))
    return message === undefined ? [] : [{ item, message }]
  })
}

const nameOf = (key: string, versionId: string | null | undefined): string => `${key}\n${versionId ?? ''}`

/** Older versions are made the latest again: copied over what is there, which stays as a version. */
import { bucketChanged } from '../../../api/buckets.ts'
import { api } from '../../../api/client.ts'
import { objectActions as words } from '../../../strings/objectActions.ts'
import type { TaskItem } from '../../../tasks/task.ts'
import { startTask } from '../../../tasks/tasks.ts'
import type { Row } from '../list/rows.ts'
import { rowItem } from './delete.ts'
import { eachOf } from './each-of.ts'
import type { Target } from './expand.ts'
import { targetName } from './target-name.ts'

export function startRestoreVersions(target: Target): void {
  const { bucket, rows } = target
  startTask<TaskItem & { readonly row: Row }>({
    title: words.restoring(targetName(target)),
    done: words.restored,
    // Rows that are chosen are in memory.
    // oxlint-disable-next-line typescript/require-await
    async *items() {
      yield rows.filter(({ kind }) => kind === 'object').map(rowItem)
    },
    perform: (items, signal) =>
      eachOf(items, ({ row: { name, versionId } }) =>
        api.POST('/v1/buckets/{bucket}/objects/copy', {
          params: { path: { bucket } },
          body: {
            key: name,
            to_key: name,
            overwrite: true,
            ...(typeof versionId === 'string' && { version_id: versionId }),
          },
          signal,
        }),
      ),
    batchSize: 1,
    changed: () => void bucketChanged(bucket),
  })
}

/** All of one object, at the side of the list; its address can be given to others. */
import { useQuery } from '@tanstack/react-query'
import type { Bucket } from '../../../api/buckets.ts'
import { Problem } from '../../../api/problem.ts'
import { Button } from '../../../components/Button.tsx'
import { Dialog } from '../../../components/Dialog.tsx'
import { Notice } from '../../../components/Notice.tsx'
import { ObjectName } from '../../../components/ObjectName.tsx'
import { QueryView } from '../../../components/QueryView.tsx'
import { Tabs } from '../../../components/Tabs.tsx'
import { objectDetails as words } from '../../../strings/objectDetails.ts'
import type { Action } from '../actions/ActionDialog.tsx'
import { LinkMaker } from '../links/LinkMaker.tsx'
import { folderOf, leafOf } from '../names.ts'
import type { Browser } from '../useBrowser.ts'
import { LockForm } from './LockForm.tsx'
import { MetadataForm } from './MetadataForm.tsx'
import { ObjectActions } from './ObjectActions.tsx'
import { Overview } from './Overview.tsx'
import { TagsForm } from './TagsForm.tsx'
import { objectQuery, type StoredObject } from './useObject.ts'
import { VersionList } from './VersionList.tsx'

interface DetailsSheetProps {
  readonly bucket: Bucket
  readonly browser: Browser
  readonly objectKey: string
  onAction(action: Action): void
}

export function DetailsSheet({ bucket, browser, objectKey, onAction }: DetailsSheetProps) {
  const { version } = browser
  const query = useQuery(objectQuery(bucket.name, objectKey, version))
  const hasVersions = bucket.versioning !== null || bucket.usage.versions > 0
  const versions = <VersionList {...{ bucket, browser, objectKey, onAction }} />
  const isGone = query.error instanceof Problem && query.error.status === 404
  return (
    <Dialog
      open
      kind="sheet"
      title={<ObjectName name={leafOf(objectKey)} />}
      description={<ObjectName name={words.inFolder(bucket.name, folderOf(objectKey))} />}
      onClose={browser.closeObject}
    >
      {isGone && hasVersions && query.data === undefined ? (
        <>
          <Notice tone="warning">
            <p>{words.gone}</p>
            <p>{words.goneVersions}</p>
          </Notice>
          {versions}
        </>
      ) : (
        <QueryView query={query}>
          {(object: StoredObject) => (
            <>
              {version !== undefined && (
                <Notice>
                  <div className="row-between">
                    {words.notLatest}
                    <Button size="small" onClick={() => browser.openObject(objectKey)}>
                      {words.toLatest}
                    </Button>
                  </div>
                </Notice>
              )}
              <ObjectActions {...{ bucket, browser, object, onAction }} />
              <Tabs
                label={words.parts}
                tabs={[
                  { value: 'overview', label: words.overview, content: <Overview {...{ bucket, object, version }} /> },
                  {
                    value: 'links',
                    label: words.links,
                    content: <LinkMaker bucket={bucket} row={rowOf(object, version)} />,
                  },
                  {
                    value: 'metadata',
                    label: words.metadata,
                    content: <MetadataForm {...{ bucket, object }} readOnly={version !== undefined} />,
                  },
                  { value: 'tags', label: words.tags, content: <TagsForm {...{ bucket, object, version }} /> },
                  ...(bucket.object_lock
                    ? [{ value: 'lock', label: words.lock, content: <LockForm {...{ bucket, object, version }} /> }]
                    : []),
                  ...(hasVersions ? [{ value: 'versions', label: words.versions, content: versions }] : []),
                ]}
              />
            </>
          )}
        </QueryView>
      )}
    </Dialog>
  )
}

/** As the list has it; the version where that is what is looked at. */
const rowOf = (object: StoredObject, version: string | undefined) => ({
  kind: 'object' as const,
  name: object.key,
  versionId: version ?? null,
})

/** The object browser: the folders and objects of a bucket, its versions, what was deleted, and what is unfinished. */
import { useQuery } from '@tanstack/react-query'
import { bucketQuery, type Bucket } from '../../api/buckets.ts'
import { useRight } from '../../api/me.ts'
import { Notice } from '../../components/Notice.tsx'
import { PageHeader } from '../../components/PageHeader.tsx'
import { QueryView } from '../../components/QueryView.tsx'
import { common } from '../../strings/common.ts'
import { BrowserView } from './BrowserView.tsx'
import './objects.css'
import './list/list.css'
import './dialogs.css'
import { useBrowser } from './useBrowser.ts'

export function ObjectsPage() {
  const browser = useBrowser()
  const allowed = useRight('storage.read')
  const query = useQuery({ ...bucketQuery(browser.bucket), enabled: allowed })
  if (!allowed)
    return (
      <div className="page">
        <PageHeader title={browser.bucket} />
        <Notice>{common.notAllowed}</Notice>
      </div>
    )
  if (query.data === undefined)
    return (
      <div className="page">
        <PageHeader title={browser.bucket} />
        <QueryView query={query}>{(bucket: Bucket) => bucket.name}</QueryView>
      </div>
    )
  return <BrowserView bucket={query.data} browser={browser} />
}

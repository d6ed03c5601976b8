/** Deletes a bucket: at once where it is empty, else with all that is in it. */
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { bucketChanged, type Bucket } from '../../../api/buckets.ts'
import { api } from '../../../api/client.ts'
import { Button } from '../../../components/Button.tsx'
import { Card } from '../../../components/Card.tsx'
import { ConfirmDialog } from '../../../components/ConfirmDialog.tsx'
import { formatBytes, formatNumber } from '../../../components/format.ts'
import { Notice } from '../../../components/Notice.tsx'
import { toast } from '../../../components/toasts.ts'
import { bucketSettings } from '../../../strings/bucketSettings.ts'
import { emptyAndDelete } from '../deletion.ts'

const words = bucketSettings.remove

export function DeleteSection({ bucket }: { readonly bucket: Bucket }) {
  const { name, usage } = bucket
  const navigate = useNavigate()
  const [asked, setAsked] = useState(false)
  const empty = usage.objects + usage.versions + usage.deleted === 0
  async function remove(): Promise<void> {
    if (!empty) return emptyAndDelete(name)
    await api.DELETE('/v1/buckets/{bucket}', { params: { path: { bucket: name } } })
    toast(words.deleted(name))
    await navigate({ to: '/buckets' })
    await bucketChanged(name)
  }
  const submit = empty ? words.submit : words.emptyAndDelete
  return (
    <>
      <Card title={words.title}>
        {empty ? <p>{words.empty}</p> : <Contents bucket={bucket} />}
        {bucket.object_lock && !empty && <Notice tone="warning">{words.locked}</Notice>}
        <div>
          <Button kind="danger" onClick={() => setAsked(true)}>
            {submit}
          </Button>
        </div>
      </Card>
      <ConfirmDialog
        title={empty ? words.confirmTitle(name) : words.emptyConfirmTitle(name)}
        open={asked}
        submit={submit}
        typed={name}
        onConfirm={remove}
        onClose={() => setAsked(false)}
      >
        <p>{empty ? words.confirmText : words.emptyConfirmText}</p>
      </ConfirmDialog>
    </>
  )
}

function Contents({ bucket: { usage } }: { readonly bucket: Bucket }) {
  const rows = [
    [words.parts.objects, usage.objects, usage.bytes],
    [words.parts.versions, usage.versions, usage.version_bytes],
    [words.parts.deleted, usage.deleted, usage.deleted_bytes],
    [words.parts.unfinished, undefined, usage.unfinished_bytes],
  ] as const
  return (
    <>
      <p>{words.holds}</p>
      <dl className="facts">
        {rows
          .filter(([, count, bytes]) => (count ?? 0) > 0 || bytes > 0)
          .map(([label, count, bytes]) => (
            <div className="fact" key={label}>
              <dt>{label}</dt>
              <dd>{[count === undefined ? [] : formatNumber(count), formatBytes(bytes)].flat().join(' · ')}</dd>
            </div>
          ))}
      </dl>
    </>
  )
}

/** What is being uploaded, in a corner of every page: nothing where nothing is, and its list is loaded when there is something. */
import { lazy, Suspense, useEffect } from 'react'
import { findInterrupted } from './interrupted.ts'
import { useUploads } from './store.ts'

const TrayPanel = lazy(() => import('./TrayPanel.tsx'))

export function UploadTray() {
  const snapshot = useUploads()
  useEffect(() => {
    void findInterrupted()
  }, [])
  if (snapshot.uploads.length === 0) return null
  return (
    <Suspense fallback={null}>
      <TrayPanel {...snapshot} />
    </Suspense>
  )
}

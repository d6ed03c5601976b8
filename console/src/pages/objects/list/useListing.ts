/** A listing for as long as a page shows it; what changes in the bucket is asked for again. */
import { useQuery } from '@tanstack/react-query'
import { useEffect, useMemo, useRef, useSyncExternalStore } from 'react'
import { Listing } from './listing.ts'
import { rowSource, type View } from './rows.ts'

export function useListing(view: View, bucket: string, prefix: string): Listing {
  const listing = useMemo(() => new Listing(rowSource(view, { bucket, prefix, folders: true })), [view, bucket, prefix])
  useSyncExternalStore(listing.subscribe, listing.changes)
  useEffect(() => {
    listing.start()
    return () => listing.stop()
  }, [listing])
  useWhenChanged(bucket, listing)
  return listing
}

/** The rows are no query, since there may be millions; this one stands for them where queries are invalidated. */
function useWhenChanged(bucket: string, listing: Listing): void {
  const { dataUpdatedAt } = useQuery({ queryKey: ['bucket', bucket, 'objects'], queryFn: () => Date.now() })
  const known = useRef<number>(dataUpdatedAt)
  useEffect(() => {
    if (known.current !== 0 && known.current !== dataUpdatedAt) listing.refresh()
    known.current = dataUpdatedAt
  }, [dataUpdatedAt, listing])
}

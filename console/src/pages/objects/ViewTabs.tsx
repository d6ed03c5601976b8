/** Which of a bucket's lists is shown; those that can have nothing in them are left out. */
import { useQuery } from '@tanstack/react-query'
import type { Bucket } from '../../api/buckets.ts'
import { objects as words } from '../../strings/objects.ts'
import { softDeleteQuery } from './actions/useUndo.ts'
import type { View } from './list/rows.ts'

interface ViewTabsProps {
  readonly bucket: Bucket
  readonly view: View
  onChange(view: View): void
}

export function ViewTabs({ bucket, view, onChange }: ViewTabsProps) {
  const { versioning, usage } = bucket
  const days = useQuery(softDeleteQuery(bucket.name)).data ?? 0
  const shown: Readonly<Record<View, boolean>> = {
    current: true,
    versions: versioning !== null || usage.versions > 0,
    deleted: days > 0 || usage.deleted > 0,
    uploads: true,
  }
  const views = (['current', 'versions', 'deleted', 'uploads'] as const).filter((name) => shown[name] || name === view)
  return (
    <nav className="object-views" aria-label={words.viewsLabel}>
      {views.map((name) => (
        <button
          key={name}
          type="button"
          className="object-view"
          aria-current={name === view ? 'page' : undefined}
          onClick={() => onChange(name)}
        >
          {words.views[name]}
        </button>
      ))}
    </nav>
  )
}

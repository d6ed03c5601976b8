/** The folders on the way to the one that is shown. Names between slashes may be empty, dots, or anything else. */
import { ChevronRight } from 'lucide-react'
import { ObjectName } from '../../components/ObjectName.tsx'
import { objects as words } from '../../strings/objects.ts'
import { waysTo } from './names.ts'

interface BreadcrumbsProps {
  readonly bucket: string
  readonly folder: string
  onOpen(folder: string): void
}

export function Breadcrumbs({ bucket, folder, onOpen }: BreadcrumbsProps) {
  const ways = [{ name: bucket, prefix: '' }, ...waysTo(folder)]
  return (
    <nav className="crumbs" aria-label={words.way}>
      <ol>
        {ways.map(({ name, prefix }, index) => {
          const isLast = index === ways.length - 1
          return (
            <li key={prefix}>
              {index > 0 && <ChevronRight aria-hidden="true" />}
              <button type="button" aria-current={isLast ? 'location' : undefined} onClick={() => onOpen(prefix)}>
                <ObjectName name={name} />
              </button>
            </li>
          )
        })}
      </ol>
    </nav>
  )
}

/** The object by itself, in a tab of the content origin: there it is in a sandbox, and knows nothing of the console. */
import { useQuery } from '@tanstack/react-query'
import { ExternalLink } from 'lucide-react'
import { preview as words } from '../../../strings/preview.ts'
import { contentLinkQuery, type ContentOf } from './content-link.ts'

export function OpenInTab({ bucket, objectKey, versionId, etag }: ContentOf) {
  const link = useQuery(contentLinkQuery({ bucket, objectKey, versionId, etag }, 'preview'))
  if (link.data === undefined) return null
  return (
    <p>
      <a
        className="button"
        data-size="small"
        href={link.data}
        target="_blank"
        rel="noopener noreferrer"
        title={words.openTabHint}
      >
        <ExternalLink aria-hidden="true" />
        {words.openTab}
      </a>
    </p>
  )
}

/** A PDF in a frame of the content origin, by the browser's own viewer. */
import { useQuery } from '@tanstack/react-query'
import { Notice } from '../../../components/Notice.tsx'
import { QueryView } from '../../../components/QueryView.tsx'
import { preview as words } from '../../../strings/preview.ts'

export function PdfPreview({ url, name }: { readonly url: string; readonly name: string }) {
  // What only says that it is a PDF is given as a file, and a frame would save it without a word.
  const type = useQuery({
    queryKey: ['content-type', url],
    queryFn: async () => {
      const { headers } = await fetch(url, { method: 'HEAD', credentials: 'omit', referrerPolicy: 'no-referrer' })
      return headers.get('content-type') ?? ''
    },
    staleTime: 'static',
  })
  return (
    <QueryView query={type}>
      {(found) =>
        found === 'application/pdf' ? (
          <iframe className="preview-pdf" src={url} title={words.pdfOf(name)} referrerPolicy="no-referrer" />
        ) : (
          <Notice tone="warning">{words.badPdf}</Notice>
        )
      }
    </QueryView>
  )
}

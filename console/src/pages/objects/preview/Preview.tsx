/** Shows what an object is: a picture, a film, a sound, a text, or that it cannot be shown. Nothing of it runs where the console does. */
import { useQuery } from '@tanstack/react-query'
import { lazy, Suspense, useState, type ReactNode } from 'react'
import { Notice } from '../../../components/Notice.tsx'
import { QueryView } from '../../../components/QueryView.tsx'
import { preview as words } from '../../../strings/preview.ts'
import { contentLinkQuery, type ContentOf } from './content-link.ts'
import { ImagePreview } from './ImagePreview.tsx'
import { essenceOf, previewKind } from './kind.ts'
import { MediaPreview } from './MediaPreview.tsx'
import { OpenInTab } from './OpenInTab.tsx'
import { PdfPreview } from './PdfPreview.tsx'
import './preview.css'
import { TextPreview } from './TextPreview.tsx'
import { Ways } from './Ways.tsx'

/** hls.js is larger than all else of this page, and few pages play. */
const HlsPreview = lazy(() => import('./HlsPreview.tsx'))

interface PreviewProps extends ContentOf {
  readonly contentType: string
  readonly size: number
}

export function Preview(props: PreviewProps) {
  const { objectKey, versionId, etag } = props
  return (
    <section className="preview" aria-label={words.label}>
      {/* Nothing that was chosen for one object holds for the next. */}
      <Shown key={`${objectKey} ${versionId ?? ''} ${etag ?? ''}`} {...props} />
      {isOpened(props) && <OpenInTab {...props} />}
    </section>
  )
}

/** Anything else a browser would only save. */
const isOpened = ({ size, contentType, objectKey }: PreviewProps): boolean =>
  size > 0 && previewKind(contentType, objectKey) !== 'none'

function Shown({ contentType, size, ...of }: PreviewProps) {
  const { objectKey } = of
  const kind = previewKind(contentType, objectKey)
  const name = objectKey.slice(objectKey.lastIndexOf('/') + 1)
  const text = <TextPreview of={of} size={size} name={name} contentType={essenceOf(contentType)} />
  if (size === 0) return <p className="soft">{objectKey.endsWith('/') ? words.folder : words.empty}</p>
  switch (kind) {
    case 'image':
      return <Linked of={of}>{(url) => <ImagePreview {...{ url, name, size, type: essenceOf(contentType) }} />}</Linked>
    case 'svg':
      return (
        <TwoWays
          first={words.picture}
          show={() => (
            <Linked of={of}>{(url) => <ImagePreview {...{ url, name, size, type: essenceOf(contentType) }} />}</Linked>
          )}
        >
          {text}
        </TwoWays>
      )
    case 'video':
    case 'audio':
      return <Linked of={of}>{(url) => <MediaPreview {...{ kind, url, name, type: essenceOf(contentType) }} />}</Linked>
    case 'pdf':
      return <Linked of={of}>{(url) => <PdfPreview url={url} name={name} />}</Linked>
    case 'hls':
      return (
        <TwoWays
          first={words.player}
          show={() => (
            <Linked of={of} as="player">
              {(url) => (
                <Suspense fallback={<p className="soft">{words.loadingPlayer}</p>}>
                  <HlsPreview url={url} name={name} />
                </Suspense>
              )}
            </Linked>
          )}
        >
          {text}
        </TwoWays>
      )
    case 'dash':
      return (
        <>
          <Notice>{words.dash}</Notice>
          {text}
        </>
      )
    case 'text':
      return text
    case 'none':
      return <p className="soft">{words.notShown(essenceOf(contentType) || words.noType)}</p>
  }
}

interface LinkedProps {
  readonly of: ContentOf
  readonly as?: 'preview' | 'player'
  readonly children: (url: string) => ReactNode
}

function Linked({ of, as = 'preview', children }: LinkedProps) {
  const link = useQuery(contentLinkQuery(of, as))
  return <QueryView query={link}>{children}</QueryView>
}

/** As it is meant to be seen, or as it is written. */
function TwoWays({
  first,
  show,
  children,
}: {
  readonly first: string
  readonly show: () => ReactNode
  readonly children: ReactNode
}) {
  const [way, setWay] = useState(first)
  return (
    <>
      <Ways ways={[first, words.source]} way={way} onChange={setWay} />
      {way === first ? show() : children}
    </>
  )
}

/** A film or a sound, by the browser's own player; what the browser cannot play is said. */
import { useState } from 'react'
import { Notice } from '../../../components/Notice.tsx'
import { preview as words } from '../../../strings/preview.ts'

interface MediaPreviewProps {
  readonly kind: 'video' | 'audio'
  readonly url: string
  readonly name: string
  readonly type: string
}

export function MediaPreview({ kind, url, name, type }: MediaPreviewProps) {
  const [failure, setFailure] = useState<string>()
  if (failure !== undefined) {
    return (
      <Notice tone="warning" live>
        {type === 'video/mp2t' ? words.transportStream : failure}
      </Notice>
    )
  }
  const shared = {
    src: url,
    controls: true,
    preload: 'metadata',
    onError: (event: { readonly currentTarget: HTMLMediaElement }) => setFailure(reasonOf(event.currentTarget.error)),
  }
  // Captions are another object, of which nothing is known here.
  /* oxlint-disable jsx-a11y/media-has-caption */
  return kind === 'video' ? (
    <video className="preview-video" aria-label={words.videoOf(name)} playsInline {...shared} />
  ) : (
    <audio className="preview-audio" aria-label={words.audioOf(name)} {...shared} />
  )
  /* oxlint-enable jsx-a11y/media-has-caption */
}

export function reasonOf(error: MediaError | null): string {
  const { aborted, network, decode, unsupported } = words.badMedia
  if (error?.code === MediaError.MEDIA_ERR_ABORTED) return aborted
  if (error?.code === MediaError.MEDIA_ERR_NETWORK) return network
  return error?.code === MediaError.MEDIA_ERR_DECODE ? decode : unsupported
}

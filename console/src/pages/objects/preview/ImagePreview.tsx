/** A picture, SVG among them: as an image nothing in it runs. */
import { useState } from 'react'
import { Button } from '../../../components/Button.tsx'
import { formatBytes } from '../../../components/format.ts'
import { Notice } from '../../../components/Notice.tsx'
import { preview as words } from '../../../strings/preview.ts'

interface ImagePreviewProps {
  readonly url: string
  readonly name: string
  readonly size: number
  readonly type: string
}

/** Beyond this, it is asked for. */
const shownSizeMax = 32 * 1024 * 1024

/** What browsers in use today show; others say that they cannot. */
const unknownToBrowsers = /^image\/(?:tiff|heic|heif|jp2|jxl|vnd\..*|x-(?!icon|png|ms-bmp).*)$/

export function ImagePreview({ url, name, size, type }: ImagePreviewProps) {
  const [wanted, setWanted] = useState(size <= shownSizeMax)
  const [failed, setFailed] = useState(false)
  const [dimensions, setDimensions] = useState<string>()
  if (failed) {
    return <Notice tone="warning">{unknownToBrowsers.test(type) ? words.noImage(type) : words.badImage}</Notice>
  }
  if (!wanted) {
    return (
      <Notice>
        <p>{words.large(formatBytes(size))}</p>
        <p>
          <Button size="small" onClick={() => setWanted(true)}>
            {words.showAnyway}
          </Button>
        </p>
      </Notice>
    )
  }
  return (
    <figure className="preview-image">
      <img
        src={url}
        alt={words.imageOf(name)}
        decoding="async"
        referrerPolicy="no-referrer"
        onError={() => setFailed(true)}
        onLoad={({ currentTarget: { naturalWidth, naturalHeight } }) =>
          setDimensions(words.dimensions(naturalWidth, naturalHeight))
        }
      />
      <figcaption className="small soft">{dimensions}</figcaption>
    </figure>
  )
}

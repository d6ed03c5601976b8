/** Plays an HLS playlist: with hls.js, or by the browser itself where that can and hls.js cannot. */
import type { Level } from 'hls.js'
import { useState } from 'react'
import { Notice } from '../../../components/Notice.tsx'
import { SelectField } from '../../../components/SelectField.tsx'
import { preview as words } from '../../../strings/preview.ts'
import { reasonOf } from './MediaPreview.tsx'
import { useHls } from './useHls.ts'

const automatic = 'auto'

export default function HlsPreview({ url, name }: { readonly url: string; readonly name: string }) {
  const { video, isNative, levels, playing, failure, trouble, choose, fail } = useHls(url)
  const [quality, setQuality] = useState(automatic)
  const first = playing === undefined ? words.automatic : words.automaticAt(sayLevel(playing))
  return (
    <div className="stack-small">
      {(failure ?? trouble) !== undefined && (
        <Notice tone="warning" live>
          {failure ?? trouble}
        </Notice>
      )}
      {/* Captions are in the playlist, where there are any. */}
      {/* oxlint-disable-next-line jsx-a11y/media-has-caption */}
      <video
        ref={video}
        className="preview-video"
        aria-label={words.videoOf(name)}
        controls
        playsInline
        hidden={failure !== undefined}
        onError={({ currentTarget }) => isNative && fail(reasonOf(currentTarget.error))}
      />
      {levels.length > 1 && failure === undefined && (
        <div className="preview-quality">
          <SelectField
            label={words.quality}
            value={quality}
            options={[
              { value: automatic, label: first },
              ...levels.map((level, index) => ({ value: String(index), label: sayLevel(level) })),
            ]}
            onChange={(value) => {
              setQuality(value)
              choose(value === automatic ? undefined : Number(value))
            }}
          />
        </div>
      )}
    </div>
  )
}

const sayLevel = ({ height, bitrate }: Level): string =>
  [
    height > 0 && words.lines(height),
    words.bitrate((bitrate / 1_000_000).toLocaleString(undefined, { maximumFractionDigits: 1 })),
  ]
    .filter(Boolean)
    .join(' · ')

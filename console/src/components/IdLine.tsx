/** An id below a name, to be copied. */
import { common } from '../strings/common.ts'
import { CopyButton } from './CopyButton.tsx'
import './id-line.css'

/** An access key’s; a UUID is longer. */
const shortMax = 24

export function IdLine({ id }: { readonly id: string }) {
  return (
    <div className="row id-line">
      <code className="soft" data-short={id.length <= shortMax ? '' : undefined}>
        {id}
      </code>
      <CopyButton text={id} label={common.copyOf(id)} compact />
    </div>
  )
}

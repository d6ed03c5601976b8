/** How full the disks are. */
import type { Schema } from '../api/me.ts'
import { formatBytes } from '../components/format.ts'
import { Progress } from '../components/Progress.tsx'
import { health as words } from '../strings/health.ts'

export const Disks = ({ disks }: { readonly disks: Schema<'ServerHealth'>['disk'] }) => (
  <ul className="stack">
    {disks.map(({ name, path, total, free }) => (
      <li className="stack-small" key={name}>
        <div className="row-between">
          <span className="wrap-anywhere">{words.disk(name, path)}</span>
          <span className="soft">{words.free(formatBytes(free), formatBytes(total))}</span>
        </div>
        <Progress value={total === 0 ? 1 : 1 - free / total} label={name} />
      </li>
    ))}
  </ul>
)

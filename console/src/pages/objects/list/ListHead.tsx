/** The heads of the list's columns, and the box that chooses everything. */
import { objects as words } from '../../../strings/objects.ts'
import { common } from '../../../strings/common.ts'
import type { SelectionState } from '../selection.ts'
import { columns } from './columns.ts'
import type { View } from './rows.ts'

export function ListHead({ view, selection }: { readonly view: View; readonly selection: SelectionState }) {
  return (
    <div className="object-head" role="rowgroup">
      <div className="object-row object-row-head" role="row" aria-rowindex={1}>
        <div role="columnheader" className="object-check">
          <input
            type="checkbox"
            aria-label={words.chooseEverything}
            checked={selection.everything}
            ref={(box) => {
              if (box !== null) box.indeterminate = !selection.everything && !selection.empty
            }}
            onChange={(event) => (event.target.checked ? selection.setEverything() : selection.clear())}
          />
        </div>
        <div role="columnheader" className="object-name-cell">
          {words.name}
        </div>
        {columns[view].map(({ name, title }) => (
          <div role="columnheader" className={`object-cell object-${name}`} key={name}>
            {title}
          </div>
        ))}
        <div role="columnheader" className="object-menu">
          <span className="visually-hidden">{common.actions}</span>
        </div>
      </div>
    </div>
  )
}

/** All settings that profiles differ in, by section, to be searched. */
import { useState } from 'react'
import { Checkbox } from '../../components/Checkbox.tsx'
import { TextField } from '../../components/TextField.tsx'
import { settings as words } from '../../strings/settings.ts'
import type { Settings, Toggle } from './settings.ts'
import { ToggleRow } from './ToggleRow.tsx'

export function Toggles({ settings: { toggles, profile } }: { readonly settings: Settings }) {
  const [search, setSearch] = useState('')
  const [onlyChanged, setOnlyChanged] = useState(false)
  const [open, setOpen] = useState<string | undefined>()
  const wanted = search.trim().toLowerCase().split(/\s+/)
  const shown = toggles.filter(
    (toggle) => (!onlyChanged || toggle.from !== 'profile') && wanted.every((word) => textOf(toggle).includes(word)),
  )
  return (
    <section className="stack" aria-labelledby="toggles">
      <h2 id="toggles">{words.toggles}</h2>
      <div className="toggle-filter">
        <TextField
          label={words.search}
          type="search"
          placeholder={words.searchPlaceholder}
          value={search}
          onChange={setSearch}
        />
        <div className="row-between">
          <Checkbox checked={onlyChanged} onChange={setOnlyChanged}>
            {words.onlyChanged}
          </Checkbox>
          <span className="soft small" role="status">
            {words.count(shown.length, toggles.length)}
          </span>
        </div>
      </div>
      {shown.length === 0 && <p className="soft">{words.noneFit}</p>}
      {Object.entries(Object.groupBy(shown, ({ section }) => section)).map(([section, group = []]) => (
        <div className="card" key={section}>
          <div className="card-head toggle-section">
            <h3>{section}</h3>
          </div>
          {group.map((toggle) => (
            <ToggleRow
              key={toggle.name}
              toggle={toggle}
              profile={profile}
              open={open === toggle.name}
              // One that is closed because another was opened says so, too.
              onOpen={(now) => setOpen((last) => (now ? toggle.name : last === toggle.name ? undefined : last))}
            />
          ))}
        </div>
      ))}
    </section>
  )
}

const textOf = ({ name, meaning, section, value }: Toggle): string =>
  `${name} ${meaning} ${section} ${value}`.toLowerCase()

/** A few things of which one is shown at a time; the arrow keys go from one to the next. */
import { Tabs as Radix } from 'radix-ui'
import type { ReactNode } from 'react'

interface Tab {
  readonly value: string
  readonly label: string
  readonly content: ReactNode
}

interface TabsProps {
  /** What they are, for readers. */
  readonly label: string
  readonly tabs: readonly [Tab, ...Tab[]]
}

export function Tabs({ label, tabs }: TabsProps) {
  return (
    <Radix.Root defaultValue={tabs[0].value} className="stack">
      <Radix.List className="tabs" aria-label={label}>
        {tabs.map((tab) => (
          <Radix.Trigger className="tab" value={tab.value} key={tab.value}>
            {tab.label}
          </Radix.Trigger>
        ))}
      </Radix.List>
      {tabs.map((tab) => (
        <Radix.Content value={tab.value} key={tab.value}>
          <div className="stack">{tab.content}</div>
        </Radix.Content>
      ))}
    </Radix.Root>
  )
}

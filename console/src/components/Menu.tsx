/** A menu behind a button. */
import { EllipsisVertical } from 'lucide-react'
import { DropdownMenu } from 'radix-ui'
import type { ReactNode } from 'react'
import { common } from '../strings/common.ts'

export interface MenuItem {
  readonly label: string
  readonly icon?: ReactNode
  readonly danger?: boolean
  readonly disabled?: boolean
  onSelect(): void
}

interface MenuProps {
  /** Of the button that has nothing but dots. */
  readonly label?: string
  /** In place of that button. */
  readonly trigger?: ReactNode
  /** Groups, with a line between them; where there are many menus, made when one opens. */
  readonly groups: readonly (readonly MenuItem[])[] | (() => readonly (readonly MenuItem[])[])
  /** Of the button with dots: -1 where it is reached otherwise than by Tab. */
  readonly triggerTabIndex?: number
  /** It is open from the start: where there are many, each is made when its button is pressed. */
  readonly defaultOpen?: boolean
  /** Puts the focus where it shall be when the menu has closed, in place of its button. */
  onClosed?(): void
}

export function Menu({
  label = common.moreActions,
  trigger,
  groups,
  triggerTabIndex,
  defaultOpen = false,
  onClosed,
}: MenuProps) {
  return (
    <DropdownMenu.Root modal={false} defaultOpen={defaultOpen}>
      <DropdownMenu.Trigger asChild>
        {trigger ?? (
          <button
            type="button"
            className="button"
            data-icon-only=""
            data-kind="quiet"
            data-size="small"
            aria-label={label}
            tabIndex={triggerTabIndex}
          >
            <EllipsisVertical />
          </button>
        )}
      </DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content
          className="menu"
          align="end"
          sideOffset={4}
          collisionPadding={8}
          onCloseAutoFocus={(event) => {
            if (onClosed === undefined) return
            event.preventDefault()
            onClosed()
          }}
        >
          <Groups groups={groups} />
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  )
}

function Groups({ groups }: Pick<MenuProps, 'groups'>) {
  return (typeof groups === 'function' ? groups() : groups)
    .filter((group) => group.length > 0)
    .map((group, index) => (
      <DropdownMenu.Group key={group[0]!.label}>
        {index > 0 && <DropdownMenu.Separator className="menu-line" />}
        {group.map((item) => (
          <DropdownMenu.Item
            key={item.label}
            className="menu-item"
            data-tone={item.danger === true ? 'danger' : undefined}
            disabled={item.disabled === true}
            onSelect={item.onSelect}
          >
            {item.icon}
            {item.label}
          </DropdownMenu.Item>
        ))}
      </DropdownMenu.Group>
    ))
}

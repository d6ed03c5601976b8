/** A dialog in the middle of the page, or at its side: it takes the focus and gives it back, and Escape closes it. */
import { X } from 'lucide-react'
import { Dialog as Radix, VisuallyHidden } from 'radix-ui'
import type { ReactNode } from 'react'
import { common } from '../strings/common.ts'

interface DialogProps {
  readonly title: ReactNode
  /** Read out with the title. */
  readonly description?: ReactNode
  readonly open: boolean
  readonly kind?: 'dialog' | 'wide' | 'sheet'
  readonly children: ReactNode
  /** Buttons. */
  readonly foot?: ReactNode
  onClose(): void
}

export function Dialog({ title, description, open, kind = 'dialog', children, foot, onClose }: DialogProps) {
  return (
    <Radix.Root open={open} onOpenChange={(now) => !now && onClose()}>
      <Radix.Portal>
        <Radix.Overlay className="overlay" />
        <Radix.Content
          className={kind === 'sheet' ? 'sheet' : 'dialog'}
          data-wide={kind === 'wide' ? '' : undefined}
          {...(description === undefined && { 'aria-describedby': undefined })}
        >
          <div className="dialog-head">
            <div className="wrap-anywhere">
              <Radix.Title asChild>
                <h2>{title}</h2>
              </Radix.Title>
              {description !== undefined && (
                <Radix.Description className="soft" asChild>
                  <div>{description}</div>
                </Radix.Description>
              )}
            </div>
            <Radix.Close asChild>
              {/* It is focused first: a tooltip would lie over the dialog, and take the first Escape for itself. */}
              <button
                type="button"
                className="button"
                data-icon-only=""
                data-kind="quiet"
                data-size="small"
                aria-label={common.close}
              >
                <X />
              </button>
            </Radix.Close>
          </div>
          {/* It scrolls, so it must be reached by keyboard where nothing in it can be. */}
          <div className="dialog-body stack" tabIndex={-1}>
            {children}
          </div>
          {foot !== undefined && <div className="dialog-foot">{foot}</div>}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  )
}

/** A title for readers alone. */
export const HiddenTitle = ({ children }: { readonly children: ReactNode }) => (
  <VisuallyHidden.Root>
    <Radix.Title>{children}</Radix.Title>
  </VisuallyHidden.Root>
)

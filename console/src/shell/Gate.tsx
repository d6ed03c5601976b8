/** The frame of the pages before signing in. */
import type { ReactNode } from 'react'
import { Toasts } from '../components/Toasts.tsx'
import iconUrl from '../icon.svg'
import { common } from '../strings/common.ts'

export function Gate({ children }: { readonly children: ReactNode }) {
  return (
    <>
      <main className="gate">
        <div className="gate-card">
          <div className="gate-brand">
            <img src={iconUrl} alt="" width="40" height="40" />
            {common.product}
          </div>
          {children}
        </div>
      </main>
      <Toasts />
    </>
  )
}

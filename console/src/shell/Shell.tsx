/** The frame around every page of whoever is signed in. */
import { Link, Outlet, useRouterState } from '@tanstack/react-router'
import { Menu as MenuIcon } from 'lucide-react'
import { lazy, Suspense, useEffect, useRef, useState } from 'react'
import { Toasts } from '../components/Toasts.tsx'
import iconUrl from '../icon.svg'
import { common } from '../strings/common.ts'
import { shell } from '../strings/shell.ts'
import { TaskTray } from '../tasks/TaskTray.tsx'
import { UploadTray } from '../uploads/UploadTray.tsx'
import { Sidebar } from './Sidebar.tsx'

const NavigationSheet = lazy(() => import('./NavigationSheet.tsx'))

export function Shell() {
  useFocusOnNavigation()
  return (
    <>
      <a className="skip" href="#page-title" onClick={skipToTitle}>
        {shell.skip}
      </a>
      <div className="shell">
        <aside className="sidebar">
          <Sidebar />
        </aside>
        <TopBar />
        <main className="main">
          <div className="main-inner">
            <Suspense fallback={<p className="soft">{common.loading}</p>}>
              <Outlet />
            </Suspense>
          </div>
        </main>
      </div>
      <UploadTray />
      <TaskTray />
      <Toasts />
    </>
  )
}

function TopBar() {
  const [open, setOpen] = useState(false)
  return (
    <header className="topbar">
      <button
        type="button"
        className="button"
        data-kind="quiet"
        data-icon-only=""
        aria-label={shell.openNavigation}
        aria-haspopup="dialog"
        aria-expanded={open}
        onClick={() => setOpen(true)}
      >
        <MenuIcon />
      </button>
      {open && (
        <Suspense fallback={null}>
          <NavigationSheet onClose={() => setOpen(false)} />
        </Suspense>
      )}
      <Link to="/" className="brand">
        <img src={iconUrl} alt="" width="28" height="28" />
        {common.product}
      </Link>
    </header>
  )
}

/** A link to a place in the page would be a route here. */
function skipToTitle(event: { preventDefault(): void }): void {
  event.preventDefault()
  document.querySelector<HTMLElement>('#page-title')?.focus()
}

/** Readers are taken to the title of a new page, as a browser does. */
function useFocusOnNavigation(): void {
  const path = useRouterState({ select: ({ location }) => location.pathname })
  const first = useRef(true)
  useEffect(() => {
    if (first.current) {
      first.current = false
      return
    }
    // Once its title is there.
    requestAnimationFrame(() => document.querySelector<HTMLElement>('#page-title')?.focus({ preventScroll: true }))
    scrollTo(0, 0)
  }, [path])
}

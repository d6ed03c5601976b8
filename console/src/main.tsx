/** Starts the console. */
import { QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import { setNonce } from 'get-nonce'
import { Direction } from 'radix-ui'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { queryClient } from './api/queries.ts'
import './components/components.css'
import { router } from './router.tsx'
import './shell/shell.css'
import { applyTheme, currentTheme } from './shell/theme.ts'
import './styles/base.css'
import './styles/tokens.css'

// Dialogs lock the page's scrolling with a style element of their own.
setNonce(document.querySelector('meta[property=csp-nonce]')?.getAttribute('content') ?? '')
applyTheme(currentTheme())

createRoot(document.querySelector('#root')!).render(
  <StrictMode>
    <QueryClientProvider client={queryClient}>
      {/* Tabs and menus are told; all else follows the document by itself. */}
      <Direction.Provider dir={document.documentElement.dir === 'rtl' ? 'rtl' : 'ltr'}>
        <RouterProvider router={router} />
      </Direction.Provider>
    </QueryClientProvider>
  </StrictMode>,
)

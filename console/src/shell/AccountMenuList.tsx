/** What the account menu offers: one's sign-ins, the theme, signing out. Loaded when it is first opened. */
import { useMutation } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { Check, LogOut, Monitor, Moon, Sun, UserRound } from 'lucide-react'
import { useState, type ReactNode } from 'react'
import { api } from '../api/client.ts'
import { Menu, type MenuItem } from '../components/Menu.tsx'
import { toast } from '../components/toasts.ts'
import { shell } from '../strings/shell.ts'
import { signedOut } from './session.ts'
import { applyTheme, currentTheme, themes } from './theme.ts'

const icons = { system: <Monitor />, light: <Sun />, dark: <Moon /> }

export default function AccountMenuList({ trigger }: { readonly trigger: ReactNode }) {
  const navigate = useNavigate()
  const [theme, setTheme] = useState(currentTheme)
  const signOut = useMutation({
    mutationFn: () => api.DELETE('/v1/session'),
    onSuccess: signedOut,
    onError: (error) => toast(error.message, 'danger'),
  })
  const choices = themes.map((choice): MenuItem => ({
    label: shell.themes[choice],
    icon: choice === theme ? <Check /> : icons[choice],
    onSelect() {
      applyTheme(choice)
      setTheme(choice)
    },
  }))
  return (
    <Menu
      defaultOpen
      trigger={trigger}
      groups={[
        [{ label: shell.profile, icon: <UserRound />, onSelect: () => void navigate({ to: '/profile' }) }],
        choices,
        [{ label: shell.signOut, icon: <LogOut />, onSelect: () => signOut.mutate() }],
      ]}
    />
  )
}

/** One value that is set on the account alone, and saved by itself. */
import { useQueryClient } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { useMe } from '../../api/me.ts'
import { DraftForm } from '../../components/DraftForm.tsx'
import { useDraft } from '../../components/useDraft.ts'
import { settings as words } from '../../strings/settings.ts'
import { ownOf, setOwn, settingsQuery, type Own } from './settings.ts'

interface OwnFormProps {
  /** What is set now; nothing where the account inherits. */
  readonly set: string
  readonly children: (chosen: string, choose: (value: string) => void) => ReactNode
  /** All that is set, with what was chosen. */
  change(own: Own, chosen: string): Own
}

export function OwnForm({ set, children, change }: OwnFormProps) {
  const { account } = useMe()
  const client = useQueryClient()
  const draft = useDraft(set)
  /** Changes what is set at this moment, so that what another person has set meanwhile stays. */
  const save = async (chosen: string): Promise<void> => {
    const now = await client.query({ ...settingsQuery, staleTime: 0 })
    await setOwn(account.id, change(ownOf(account.profile, now), chosen))
    await Promise.all(['settings', 'me', 'server'].map((name) => client.invalidateQueries({ queryKey: [name] })))
  }
  return (
    <DraftForm draft={draft} done={words.changed} onSave={save}>
      {children(draft.value, draft.set)}
    </DraftForm>
  )
}

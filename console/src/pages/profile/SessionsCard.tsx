/** Where one is signed in, and ends of that. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { LogOut } from 'lucide-react'
import { useState } from 'react'
import { api, dataOf } from '../../api/client.ts'
import type { operations } from '../../api/schema.generated.ts'
import { Badge } from '../../components/Badge.tsx'
import { Button } from '../../components/Button.tsx'
import { Card } from '../../components/Card.tsx'
import { ConfirmDialog } from '../../components/ConfirmDialog.tsx'
import { QueryView } from '../../components/QueryView.tsx'
import { Table } from '../../components/Table.tsx'
import { Time } from '../../components/Time.tsx'
import { toast } from '../../components/toasts.ts'
import { signedOut } from '../../shell/session.ts'
import { profile as words } from '../../strings/profile.ts'
import { browserOf } from './browser-of.ts'

const sessionsKey = ['sessions'] as const

type Session = operations['ListSessions']['responses'][200]['content']['application/json']['sessions'][number]

export function SessionsCard() {
  const sessions = useQuery({
    queryKey: sessionsKey,
    queryFn: async () => (await dataOf(api.GET('/v1/sessions'))).sessions,
  })
  const [leaving, setLeaving] = useState(false)
  return (
    <Card
      flush
      title={words.sessions}
      description={words.sessionsLead}
      actions={
        <Button size="small" icon={<LogOut />} onClick={() => setLeaving(true)}>
          {words.everywhere}
        </Button>
      }
    >
      <QueryView query={sessions}>{(all) => <SessionTable sessions={all} />}</QueryView>
      <ConfirmDialog
        open={leaving}
        title={words.everywhereTitle}
        submit={words.everywhere}
        onClose={() => setLeaving(false)}
        onConfirm={async () => {
          await api.DELETE('/v1/session', { params: { query: { everywhere: 'true' } } })
          signedOut()
        }}
      >
        {words.everywhereLead}
      </ConfirmDialog>
    </Card>
  )
}

function SessionTable({ sessions }: { readonly sessions: readonly Session[] }) {
  const client = useQueryClient()
  const end = useMutation({
    mutationFn: (id: string) => api.DELETE('/v1/sessions/{id}', { params: { path: { id } } }),
    async onSuccess() {
      await client.invalidateQueries({ queryKey: sessionsKey })
      toast(words.ended)
    },
    onError: (error) => toast(error.message, 'danger'),
  })
  return (
    <Table
      rows={sessions}
      keyOf={({ id }) => id}
      columns={[
        {
          label: words.device,
          cell: ({ agent, current }) => (
            <span className="row" title={agent}>
              {browserOf(agent)}
              {current && <Badge tone="good">{words.here}</Badge>}
            </span>
          ),
        },
        { label: words.address, cell: ({ address }) => <code>{address}</code> },
        { label: words.seen, cell: ({ seen }) => <Time at={seen} /> },
        { label: words.since, cell: ({ created }) => <Time at={created} /> },
      ]}
      actions={({ id, agent, address, current }) =>
        !current && (
          <Button
            size="small"
            aria-label={words.endOf(browserOf(agent), address)}
            busy={end.isPending && end.variables === id}
            onClick={() => end.mutate(id)}
          >
            {words.end}
          </Button>
        )
      }
    />
  )
}

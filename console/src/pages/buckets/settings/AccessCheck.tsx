/** "Who can read this?": the server's answers, for the policy in force and for one that is being written, with what differs marked. */
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import type { Json } from '../../../api/bucketSettings.ts'
import { api, dataOf } from '../../../api/client.ts'
import type { operations } from '../../../api/schema.generated.ts'
import { Button } from '../../../components/Button.tsx'
import { Card } from '../../../components/Card.tsx'
import { ErrorNotice } from '../../../components/ErrorNotice.tsx'
import { TextField } from '../../../components/TextField.tsx'
import { policy } from '../../../strings/policy.ts'
import { ReadersTable } from './ReadersTable.tsx'

const words = policy.check

type Answer = operations['CheckAccess']['responses'][200]['content']['application/json']
export type Reader = Answer['readers'][number]

interface AccessCheckProps {
  readonly bucket: string
  /** There is a draft that is not saved. */
  readonly changed: boolean
  /** Null: no policy; undefined: it is no document yet. */
  readonly draft: Json | null | undefined
}

export function AccessCheck({ bucket, changed, draft }: AccessCheckProps) {
  const [key, setKey] = useState('')
  const ask = (policyOf: { policy?: Json | null }): Promise<Answer> => {
    const body = { ...(key !== '' && { key }), ...policyOf }
    return dataOf(api.POST('/v1/buckets/{bucket}/access-check', { params: { path: { bucket } }, body }))
  }
  const check = useMutation({
    async mutationFn() {
      const now = ask({})
      const withDraft = changed && draft !== undefined ? ask({ policy: draft }) : undefined
      const [inForce, drafted] = await Promise.all([now, withDraft])
      return { now: inForce.readers, draft: drafted?.readers, more: inForce.next !== null }
    },
  })
  return (
    <Card title={words.title} description={words.description}>
      <form
        className="stack-small"
        aria-label={words.title}
        onSubmit={(event) => {
          event.preventDefault()
          check.mutate()
        }}
      >
        <TextField label={words.key} hint={words.keyHint} mono value={key} onChange={setKey} />
        <div className="row">
          <Button type="submit" busy={check.isPending}>
            {words.submit}
          </Button>
          {changed && <span className="soft small">{draft === undefined ? words.noDraft : words.draftToo}</span>}
        </div>
      </form>
      {check.error && <ErrorNotice error={check.error} />}
      <div aria-live="polite" className="stack-small">
        {check.data && <ReadersTable now={check.data.now} draft={check.data.draft} />}
        {check.data?.more === true && <p className="soft small">{words.more}</p>}
      </div>
    </Card>
  )
}

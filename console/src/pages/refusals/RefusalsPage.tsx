/** "Why was this refused?": by the id of a request, or one of those refused lately. */
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { ArrowLeft, Search } from 'lucide-react'
import { useState } from 'react'
import { Button } from '../../components/Button.tsx'
import { Card } from '../../components/Card.tsx'
import { PageHeader } from '../../components/PageHeader.tsx'
import { TextField } from '../../components/TextField.tsx'
import { refusals as words } from '../../strings/refusals.ts'
import { findRequestId } from './findRequestId.ts'
import { RefusalDetails } from './RefusalDetails.tsx'
import { RefusalList } from './RefusalList.tsx'
import './refusals.css'
import { WhereIsIt } from './WhereIsIt.tsx'

export function RefusalsPage() {
  const { id } = useSearch({ from: '/inside/refusals' })
  const found = id === undefined ? undefined : findRequestId(id)
  return (
    <div className="page">
      <PageHeader
        title={words.title}
        description={words.description}
        actions={
          id !== undefined && (
            <Link to="/refusals" className="button">
              <ArrowLeft aria-hidden="true" />
              {words.back}
            </Link>
          )
        }
      />
      <Find key={id ?? ''} initial={id ?? ''} fault={id !== undefined && found === undefined} />
      {found !== undefined && <RefusalDetails id={found} key={found} />}
      {id === undefined && (
        <>
          <RefusalList />
          <WhereIsIt />
        </>
      )}
    </div>
  )
}

function Find({ initial, fault }: { readonly initial: string; readonly fault: boolean }) {
  const navigate = useNavigate()
  const [text, setText] = useState(initial)
  const [missing, setMissing] = useState(fault)
  const look = (pasted: string): void => {
    const found = findRequestId(pasted)
    setMissing(found === undefined)
    if (found !== undefined) void navigate({ to: '/refusals', search: { id: found } })
  }
  return (
    <Card>
      <form
        className="refusal-find"
        onSubmit={(event) => {
          event.preventDefault()
          look(text)
        }}
      >
        <TextField
          label={words.find}
          hint={words.findHint}
          error={missing ? words.noId : undefined}
          placeholder={words.findPlaceholder}
          value={text}
          lines={2}
          mono
          onChange={(value) => {
            setText(value)
            setMissing(false)
          }}
        />
        <Button type="submit" kind="primary" icon={<Search aria-hidden="true" />}>
          {words.look}
        </Button>
      </form>
    </Card>
  )
}

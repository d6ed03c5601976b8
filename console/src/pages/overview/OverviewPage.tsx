/** The overview: what there is, what happens, how the server is, and, until they are done, the first steps. */
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { useMe, useRight } from '../../api/me.ts'
import { Card } from '../../components/Card.tsx'
import { PageHeader } from '../../components/PageHeader.tsx'
import { overview as words } from '../../strings/overview.ts'
import { BusiestObjects } from '../../usage/BusiestObjects.tsx'
import { lastDays } from '../../usage/days.ts'
import { Activity } from './Activity.tsx'
import { Allowed } from './Allowed.tsx'
import { FirstStepsCard } from './FirstStepsCard.tsx'
import { HealthCard } from './HealthCard.tsx'
import './overview.css'
import { RecentEvents } from './RecentEvents.tsx'
import { Stats } from './Stats.tsx'
import { useFirstSteps } from './useFirstSteps.ts'

export function OverviewPage() {
  const { account } = useMe()
  const seesStorage = useRight('storage.read')
  const mayAudit = useRight('audit')
  return (
    <div className="page">
      <PageHeader title={words.title} {...(seesStorage && { description: words.description(account.name) })} />
      {seesStorage ? (
        <Storage />
      ) : (
        <>
          <Allowed />
          {mayAudit && <RecentEvents />}
        </>
      )}
    </div>
  )
}

function Storage() {
  const isOperator = useRight('operator')
  const mayAudit = useRight('audit')
  const done = useFirstSteps()
  const [range] = useState(() => lastDays(30))
  const isNew = done !== undefined && !(done.bucket && done.upload && done.share)
  return (
    <>
      <Stats range={range} />
      {isNew && <FirstStepsCard done={done} />}
      {/* Once it is known what stands above: what is out of sight is not loaded. */}
      {done !== undefined && <Activity range={range} />}
      <div className="grid-wide">
        <div className="stack">
          <Card title={words.busiest} actions={<Link to="/usage">{words.seeUsage}</Link>} flush>
            <BusiestObjects range={range} limit={8} />
          </Card>
          {isOperator && <HealthCard />}
        </div>
        {mayAudit && <RecentEvents />}
      </div>
      {done !== undefined && !isNew && <FirstStepsCard done={done} />}
    </>
  )
}

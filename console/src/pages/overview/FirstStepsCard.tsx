/** The first steps, each ticked off when it is done, with what to paste into the program that somebody likes. */
import { useQuery } from '@tanstack/react-query'
import { baseUrl } from '../../api/client.ts'
import { useMe } from '../../api/me.ts'
import { Card } from '../../components/Card.tsx'
import { CodeBlock } from '../../components/CodeBlock.tsx'
import { QueryView } from '../../components/QueryView.tsx'
import { Tabs } from '../../components/Tabs.tsx'
import { commandsOf, tools, type CommandFacts, type Tool } from '../../server/commands.ts'
import { endpointOf } from '../../server/endpoint.ts'
import { serverQuery, type ServerFacts } from '../../api/server.ts'
import { overview as words } from '../../strings/overview.ts'
import { KeyNotice } from './KeyNotice.tsx'
import { Step } from './Step.tsx'
import { useOwnKey } from './useOwnKey.ts'
import type { FirstSteps } from './useFirstSteps.ts'

const steps = ['bucket', 'upload', 'share'] as const

export function FirstStepsCard({ done }: { readonly done: FirstSteps }) {
  const server = useQuery(serverQuery)
  const count = steps.filter((step) => done[step]).length
  return (
    <Card
      title={count === 3 ? words.stepsDone : words.steps}
      description={count === 3 ? words.stepsDoneText : words.stepsText}
      actions={count < 3 && <span className="soft small">{words.progress(count)}</span>}
    >
      <QueryView query={server} lines={8}>
        {(facts) => <WithServer server={facts} done={done} />}
      </QueryView>
    </Card>
  )
}

function WithServer({ server, done }: { readonly server: ServerFacts; readonly done: FirstSteps }) {
  const { account } = useMe()
  const key = useOwnKey()
  const facts: CommandFacts = {
    endpoint: endpointOf(server, new URL(location.href)),
    accessKeyId: key ?? words.keyPlaceholder,
    secret: words.secretPlaceholder,
    // Names of buckets are given once in a deployment, so a word that everybody would take will not do.
    bucket: done.name ?? `first-bucket-${account.id.slice(0, 6).toLowerCase()}`,
    management: baseUrl,
    apiKey: words.apiKeyPlaceholder,
  }
  const tab = (tool: Tool) => ({
    value: tool,
    label: words.toolNames[tool],
    content: <Blocks tool={tool} facts={facts} done={done} />,
  })
  return (
    <>
      <KeyNotice accessKeyId={key} />
      <Tabs label={words.tool} tabs={[tab('aws'), ...tools.slice(1).map(tab)]} />
    </>
  )
}

interface BlocksProps {
  readonly tool: Tool
  readonly facts: CommandFacts
  readonly done: FirstSteps
}

function Blocks({ tool, facts, done }: BlocksProps) {
  const commands = commandsOf[tool](facts)
  const place = tool === 'javascript' || tool === 'python' ? 'file' : 'terminal'
  const label = (step: string): string => words.commandLabel(words.toolNames[tool], step)
  return (
    <>
      <div className="stack-small">
        <h3>{words.prepare[place]}</h3>
        <CodeBlock wrap text={commands.prepare} label={label(words.prepare[place])} />
      </div>
      <ol className="stack">
        {steps.map((step, index) => (
          <Step key={step} number={index + 1} step={step} done={done[step]} bucket={done.name}>
            {tool === 'curl' && step === 'share' && <p className="soft small">{words.curlShare}</p>}
            <CodeBlock wrap text={commands[step]} label={label(words.step[step])} />
          </Step>
        ))}
      </ol>
    </>
  )
}

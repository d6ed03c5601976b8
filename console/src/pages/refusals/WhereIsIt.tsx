/** Where the id of a request is found. */
import { Card } from '../../components/Card.tsx'
import { CodeBlock } from '../../components/CodeBlock.tsx'
import { refusals as words } from '../../strings/refusals.ts'

export function WhereIsIt() {
  return (
    <Card title={words.where}>
      <dl className="places">
        {words.places.map(({ name, text, example }) => (
          <div key={name} className="stack-small">
            <dt>{name}</dt>
            <dd className="soft">{text}</dd>
            <dd>
              <CodeBlock text={example} label={name} wrap />
            </dd>
          </div>
        ))}
      </dl>
    </Card>
  )
}

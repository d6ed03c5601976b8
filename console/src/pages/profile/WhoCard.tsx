/** Who is signed in, and what they may. */
import { useMe } from '../../api/me.ts'
import { Card } from '../../components/Card.tsx'
import { ObjectName } from '../../components/ObjectName.tsx'
import { profile as words } from '../../strings/profile.ts'
import { roleWords } from '../../strings/users.ts'

export function WhoCard() {
  const { account, user, role, rights } = useMe()
  return (
    <Card title={words.who}>
      <dl className="facts">
        {user !== null && (
          <>
            <dt>{words.user}</dt>
            <dd>
              <ObjectName name={user.name} />
            </dd>
          </>
        )}
        <dt>{words.account}</dt>
        <dd>
          <ObjectName name={account.name} />
        </dd>
        <dt>{words.role}</dt>
        <dd>
          {roleWords[role].title} <code className="soft">{role}</code>
          <p className="soft small">{roleWords[role].text}</p>
        </dd>
        <dt>{words.may}</dt>
        <dd>
          <ul className="rights">
            {rights.map((right) => (
              <li key={right}>{words.rights[right] ?? right}</li>
            ))}
          </ul>
        </dd>
      </dl>
    </Card>
  )
}

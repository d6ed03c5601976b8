/** For roles that see nothing of the storage: what they may do here, and where. */
import { Link } from '@tanstack/react-router'
import { ChevronRight } from 'lucide-react'
import { useMe } from '../../api/me.ts'
import { overview as words } from '../../strings/overview.ts'

const places = [
  { to: '/users', name: 'users', right: 'iam' },
  { to: '/access-keys', name: 'keys', right: 'keys' },
  { to: '/api-keys', name: 'apiKeys', right: 'keys' },
  { to: '/audit', name: 'audit', right: 'audit' },
  { to: '/profile', name: 'profile', right: 'self' },
] as const

export function Allowed() {
  const { role, rights } = useMe()
  return (
    <section className="stack" aria-labelledby="allowed">
      <h2 id="allowed">{words.may}</h2>
      <p>
        {words.mayText(role)} {words.roles[role]}
      </p>
      <ul className="grid">
        {places
          .filter(({ right }) => rights.includes(right))
          .map(({ to, name }) => {
            const [title, text] = words.links[name]
            return (
              <li key={to}>
                <Link to={to} className="card allowed">
                  <span>
                    <b>{title}</b>
                    <span className="soft small">{text}</span>
                  </span>
                  <ChevronRight aria-hidden="true" />
                </Link>
              </li>
            )
          })}
      </ul>
    </section>
  )
}
